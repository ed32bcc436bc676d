package dev.mesh.persistence.replicated.query;

import com.typesafe.config.Config;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.query.ReadJournalProvider;

/** Makes the read journals of the plugin {@value ReplicatedReadJournal#IDENTIFIER}. */
public final class ReplicatedReadJournalProvider implements ReadJournalProvider {
  private final ReplicatedReadJournal journal;

  /** Made by Pekko with the plugin's own configuration. */
  public ReplicatedReadJournalProvider(ExtendedActorSystem system, Config config) {
    journal = new ReplicatedReadJournal(system, config);
  }

  @Override
  public ReplicatedReadJournal javadslReadJournal() {
    return journal;
  }

  @Override
  public ScalaReadJournal scaladslReadJournal() {
    return new ScalaReadJournal(journal);
  }
}
