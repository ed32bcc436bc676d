package dev.mesh.persistence.replicated.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.StateMachine;
import dev.mesh.persistence.replicated.journal.JournalAnswer.Status;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random logs: the rules hold at every step, and a crash anywhere changes nothing. */
class JournalMachineCrashTest {
  private static final int ENTRIES = 400;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void rulesHoldAndReplayAfterACrashIsExact(long seed) {
    RandomLog random = new RandomLog(seed);
    int crashAt = random.draws.nextInt(ENTRIES);
    List<List<Bytes>> log = new ArrayList<>();
    List<Bytes> expected;
    Path copy = folder.resolve("copy");
    try (Store store = Store.open(folder.resolve("original"), StoreFixtures.settings())) {
      MachineProbe probe = new MachineProbe(tiny(store));
      for (int i = 0; i < ENTRIES; i++) {
        List<JournalCommand> commands = random.entry();
        log.add(commands.stream().map(JournalCommand::encode).toList());
        random.check(commands, probe.applyAll(log.get(i)));
        if (i == crashAt) {
          StoreFixtures.killedCopy(folder.resolve("original"), copy);
        }
      }
      random.checkEvents(probe);
      expected = probe.dump();
    }
    try (Store store = Store.open(copy, StoreFixtures.settings())) {
      MachineProbe probe = new MachineProbe(tiny(store));
      int done = (int) probe.machine.appliedIndex();
      assertTrue(done <= crashAt + 1, done + " of " + crashAt);
      log.subList(done, ENTRIES).forEach(probe::applyAll);
      assertEquals(expected, probe.dump());
      random.checkEvents(probe);
    }
  }

  @Test
  void groupsInOneStoreAreApart() {
    try (Store store = Store.open(folder, StoreFixtures.settings())) {
      MachineProbe one = new MachineProbe(LocalGroup.open(store, new GroupId(1)));
      MachineProbe two = new MachineProbe(LocalGroup.open(store, new GroupId(2)));
      one.append("id", one.claim("id"), "w", 1, "a");
      assertEquals(0, two.machine.appliedIndex());
      assertEquals(List.of(), two.events("id"));
      assertEquals(2, LocalGroup.open(store, new GroupId(1)).appliedIndex());
    }
  }

  /** A cache of headers so small that most are read from the store. */
  private static StateMachine tiny(Store store) {
    return LocalGroup.open(store, GroupId.META, 2);
  }

  /** Draws commands, right and wrong ones, and knows what must come of them. */
  private static final class RandomLog {
    private static final List<String> IDS = List.of("a", "b", "c", "d", "e");

    private static final class Known {
      final TreeMap<Long, Bytes> events = new TreeMap<>();
      final List<JournalCommand> sent = new ArrayList<>();
      long epoch;
      long highest;
      long deletedTo;
    }

    final RandomGenerator draws;
    private final Map<String, Known> known = new HashMap<>();

    RandomLog(long seed) {
      draws = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      IDS.forEach(id -> known.put(id, new Known()));
    }

    List<JournalCommand> entry() {
      List<JournalCommand> commands = new ArrayList<>();
      int count = 1 + draws.nextInt(4);
      for (int i = 0; i < count; i++) {
        // At most one for each id, for expectations are updated entry by entry.
        JournalCommand command = command(IDS.get((draws.nextInt(2) + 2 * i) % IDS.size()));
        if (commands.stream()
            .noneMatch(other -> other.persistenceId().equals(command.persistenceId()))) {
          commands.add(command);
          known.get(command.persistenceId()).sent.add(command);
        }
      }
      return commands;
    }

    private JournalCommand command(String id) {
      Known is = known.get(id);
      long epoch = draws.nextInt(8) == 0 ? is.epoch - 1 : is.epoch;
      int kind = draws.nextInt(20);
      if (kind < 3) {
        return new JournalCommand.Claim(id, new UUID(draws.nextLong(), draws.nextLong()));
      } else if (kind < 5 && !is.sent.isEmpty()) {
        return is.sent.get(is.sent.size() - 1 - draws.nextInt(Math.min(3, is.sent.size())));
      } else if (kind < 6) {
        return new JournalCommand.DeleteTo(id, epoch, is.highest - draws.nextInt(4));
      } else if (kind < 8) {
        Bytes bytes = Bytes.utf8("snapshot-" + draws.nextInt());
        SnapshotKey key = new SnapshotKey(is.highest, new UUID(draws.nextLong(), draws.nextLong()));
        return new JournalCommand.SaveSnapshotPart(
            id,
            epoch,
            key,
            draws.nextInt(1000),
            0,
            1 + draws.nextInt(2),
            JournalCommand.SaveSnapshotPart.checksumOf(bytes),
            bytes);
      }
      String[] events = new String[1 + draws.nextInt(3)];
      for (int i = 0; i < events.length; i++) {
        events[i] = "event-" + draws.nextInt();
      }
      long first = is.highest + 1 + (draws.nextInt(8) == 0 ? draws.nextInt(-2, 3) : 0);
      return MachineProbe.command(id, epoch, draws.nextInt(9) == 0 ? "v" : "w", first, events);
    }

    void check(List<JournalCommand> commands, List<JournalAnswer> answers) {
      for (int i = 0; i < commands.size(); i++) {
        check(commands.get(i), answers.get(i));
      }
    }

    private void check(JournalCommand command, JournalAnswer answer) {
      Known is = known.get(command.persistenceId());
      boolean done = answer.status() == Status.DONE;
      if (command instanceof JournalCommand.Claim && done) {
        assertTrue(answer.epoch() == is.epoch || answer.epoch() == is.epoch + 1);
        is.epoch = answer.epoch();
      } else if (command instanceof JournalCommand.Append it && done) {
        assertEquals(is.epoch, it.epoch());
        accept(it, is);
      } else if (command instanceof JournalCommand.DeleteTo it && done) {
        is.deletedTo = Math.max(is.deletedTo, Math.min(it.toSeqNr(), is.highest));
        is.events.headMap(is.deletedTo, true).clear();
      }
      assertEquals(is.epoch, answer.epoch());
      assertEquals(is.highest, answer.highestSeqNr());
      assertEquals(is.deletedTo, answer.deletedTo());
    }

    /** New events follow without a gap; repeated ones are those that are there. */
    private static void accept(JournalCommand.Append append, Known is) {
      assertTrue(append.firstSeqNr() <= is.highest + 1);
      long seqNr = append.firstSeqNr();
      for (Bytes event : append.events()) {
        if (seqNr > is.highest) {
          is.events.put(seqNr, event);
        } else if (seqNr > is.deletedTo) {
          assertEquals(is.events.get(seqNr), event);
        }
        seqNr++;
      }
      is.highest = Math.max(is.highest, seqNr - 1);
    }

    void checkEvents(MachineProbe probe) {
      Map<String, List<Bytes>> inCommitOrder = probe.inCommitOrder(100);
      known.forEach(
          (id, is) -> {
            assertEquals(
                List.copyOf(is.events.values()), inCommitOrder.getOrDefault(id, List.of()));
            assertEquals(
                List.copyOf(is.events.values()),
                probe.replay(id, 1, is.highest, Integer.MAX_VALUE).rows());
            assertEquals(is.highest, probe.header(id).highestSeqNr());
          });
    }
  }
}
