package org.sealane.cluster.store;

import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.ObjectKey;

/**
 * Where everything is in ZooKeeper. This is a protocol between nodes of different releases.
 *
 * <pre>
 * /sealane/CLUSTER/nodes/NODE                        ephemeral; the node's signed registration
 * /sealane/CLUSTER/leases/NODE                       persistent; the node writes it as its lease
 * /sealane/CLUSTER/documents/KIND/UUID               the slot: committed document, and a turn's
 * /sealane/CLUSTER/documents/KIND/UUID/EPOCH         that epoch's signed document: the chain
 * /sealane/CLUSTER/volumes/UUID/owner                ephemeral; its czxid is the owner epoch
 * /sealane/CLUSTER/turns/UUID/EPOCH/STEP/NODE        the ledger: accept, send, enforce, fence
 * /sealane/CLUSTER/coordinator                       Curator's leader latch
 * </pre>
 *
 * <p>Epochs are decimal without leading zeros. A policy has its volume's UUID; only policies turn.
 *
 * @param cluster the cluster's name: letters, digits, dot, hyphen, underscore
 */
public record ClusterPaths(String cluster) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  public ClusterPaths {
    if (!NAME.matcher(cluster).matches()) {
      throw new IllegalArgumentException(
          "cluster name '" + cluster + "': letters, digits, '.', '-', '_', at most 63");
    }
  }

  public String root() {
    return "/sealane/" + cluster;
  }

  public String nodes() {
    return root() + "/nodes";
  }

  public String node(String node) {
    return nodes() + "/" + node;
  }

  public String leases() {
    return root() + "/leases";
  }

  public String lease(String node) {
    return leases() + "/" + node;
  }

  public String documents() {
    return root() + "/documents";
  }

  public String documents(DocumentKind kind) {
    return documents() + "/" + kind.word();
  }

  public String document(ObjectKey key) {
    return documents(key.kind()) + "/" + key.object();
  }

  public String volumes() {
    return root() + "/volumes";
  }

  public String owner(UUID volume) {
    return volumes() + "/" + volume + "/owner";
  }

  public String turns() {
    return root() + "/turns";
  }

  /** The signed document of one epoch of an object, kept so that the chain can be followed. */
  public String epoch(ObjectKey key, long epoch) {
    return document(key) + "/" + epoch;
  }

  /** Parent of the steps of one turn. */
  public String turn(UUID volume, long epoch) {
    return turns() + "/" + volume + "/" + epoch;
  }

  /** Parent of the ledger entries of one step. */
  public String ledger(UUID volume, long epoch, String step) {
    return turn(volume, epoch) + "/" + step;
  }

  public String ledgerEntry(UUID volume, long epoch, String step, String node) {
    return ledger(volume, epoch, step) + "/" + node;
  }

  public String coordinator() {
    return root() + "/coordinator";
  }

  /** The epoch that the name of a child of a document's znode means; empty if it is no epoch. */
  public static OptionalLong epochOf(String child) {
    if (!child.matches("[1-9][0-9]{0,17}")) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(child));
  }
}
