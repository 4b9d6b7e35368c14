package org.sealane.cluster.simulation;

import java.util.Random;

/** How bad things are in one run; all drawn from the seed. */
final class Dials {
  double lostReply;
  double slowMessage;
  double breakOff;
  double pause;
  double threadPause;
  double death;
  double forget;
  double leave;
  double away;
  double twoCoordinators;
  double fenceFails;
  double diskFails;
  double supersede;
  double silence;
  double serverLag;
  double linkBreak;
  double slowLink;
  double pauseAtSend;
  double algorithms;
  double secondAdministrator;
  double restore;

  /** The election is held, for good, by someone who does nothing: all turns go on without. */
  boolean strangerElected;

  /** No faults at all. */
  static Dials calm() {
    return new Dials();
  }

  /** Only the network between nodes is slow now and then. */
  static Dials slowLinks() {
    Dials dials = new Dials();
    dials.slowLink = 0.1;
    return dials;
  }

  /** Each fault is there in about half the runs, more or less often. */
  static Dials drawn(long seed) {
    Random random = new Random(~seed * 0x9E3779B97F4A7C15L);
    Dials dials = new Dials();
    dials.slowMessage = draw(random, 0.05);
    dials.lostReply = draw(random, 0.02);
    dials.supersede = draw(random, 0.5);
    dials.breakOff = draw(random, 0.06);
    dials.pause = draw(random, 0.04);
    dials.threadPause = draw(random, 0.04);
    dials.twoCoordinators = draw(random, 0.3);
    dials.fenceFails = draw(random, 0.5);
    dials.death = draw(random, 0.03);
    dials.forget = draw(random, 0.5);
    dials.leave = draw(random, 0.02);
    dials.away = draw(random, 0.03);
    dials.diskFails = draw(random, 0.1);
    dials.silence = draw(random, 0.05);
    dials.serverLag = draw(random, 0.1);
    dials.linkBreak = draw(random, 0.04);
    dials.pauseAtSend = draw(random, 0.002);
    dials.algorithms = draw(random, 1);
    dials.secondAdministrator = draw(random, 1);
    dials.slowLink = draw(random, 0.01);
    dials.restore = random.nextInt(4) == 0 ? 0.02 : 0;
    dials.strangerElected = random.nextInt(8) == 0;
    return dials;
  }

  /** Nothing goes wrong from now on. */
  void lift() {
    lostReply = 0;
    slowMessage = 0;
    breakOff = 0;
    pause = 0;
    threadPause = 0;
    death = 0;
    leave = 0;
    away = 0;
    twoCoordinators = 0;
    fenceFails = 0;
    diskFails = 0;
    supersede = 0;
    silence = 0;
    serverLag = 0;
    linkBreak = 0;
    slowLink = 0;
    pauseAtSend = 0;
    restore = 0;
  }

  private static double draw(Random random, double most) {
    double value = random.nextDouble() * most;
    return random.nextBoolean() ? value : 0;
  }

  /** How far a server of ZooKeeper's is behind. */
  long lag(VirtualTime time) {
    return time.chance(serverLag)
        ? time.between(VirtualTime.millis(10), VirtualTime.millis(3000))
        : time.between(0, VirtualTime.millis(4));
  }

  /** How long bytes are under way between two nodes. */
  long travel(VirtualTime time) {
    return time.chance(slowLink)
        ? time.between(VirtualTime.millis(40), VirtualTime.millis(2000))
        : time.between(10_000, VirtualTime.millis(40));
  }

  /** How long a message of ZooKeeper's is under way. */
  long delay(VirtualTime time) {
    return time.chance(slowMessage)
        ? time.between(VirtualTime.millis(20), VirtualTime.millis(800))
        : time.between(VirtualTime.millis(1), VirtualTime.millis(8));
  }
}
