package dev.mesh.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.function.Function;

/**
 * Reads values of one section of the configuration and refuses what is out of bounds with an error
 * that names the key, the value and the remedy.
 */
public final class Checked {
  private final Config config;
  private final String section;

  private Checked(Config config, String section) {
    this.config = config;
    this.section = section;
  }

  /** Values of {@code config}, which is the section of that name, as plugins are given theirs. */
  public static Checked of(Config config, String section) {
    return new Checked(config, section);
  }

  public static Checked section(Config root, String section) {
    return new Checked(root.getConfig(section), section);
  }

  public Checked sub(String name) {
    return new Checked(config.getConfig(name), section + "." + name);
  }

  public Config config() {
    return config;
  }

  public int integer(String key, int min, int max) {
    int value = config.getInt(key);
    if (value < min || value > max) {
      throw refusal(key, value, "give a whole number from " + min + " to " + max);
    }
    return value;
  }

  public double fraction(String key) {
    double value = config.getDouble(key);
    if (!(value >= 0 && value <= 1)) {
      throw refusal(key, value, "give a number from 0 to 1");
    }
    return value;
  }

  /** A size in bytes. */
  public long bytes(String key, long min, long max) {
    long value = config.getBytes(key);
    if (value < min || value > max) {
      throw refusal(key, value, "give a size from " + min + " to " + max + " bytes");
    }
    return value;
  }

  public Duration duration(String key, Duration min, Duration max) {
    Duration value = config.getDuration(key);
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw refusal(key, value, "give a duration from " + min + " to " + max);
    }
    return value;
  }

  /** A text of the form that {@code pattern} describes; {@code form} says it in words. */
  public String text(String key, String pattern, String form) {
    String value = config.getString(key);
    if (!value.matches(pattern)) {
      throw refusal(key, "'" + value + "'", "give " + form);
    }
    return value;
  }

  /** Has {@code parse} read the text; what it refuses is refused here with the key's name. */
  public <T> T parsed(String key, Function<String, T> parse) {
    String value = config.getString(key);
    try {
      return parse.apply(value);
    } catch (IllegalArgumentException e) {
      throw refusal(key, "'" + value + "'", e.getMessage());
    }
  }

  public ConfigException refusal(String key, Object value, String remedy) {
    return new ConfigException.BadValue(section + "." + key, "is " + value + ": " + remedy);
  }
}
