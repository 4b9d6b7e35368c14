package org.sealane.smb.negotiate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The contexts of one 3.1.1 NEGOTIATE message by type, after the rules that request and response
 * share: exactly one preauthentication context, at most one of each other type that is read, and no
 * empty list. Netname, transport and unknown contexts are ignored, duplicates too.
 *
 * @param hashAlgorithms never empty
 * @param ciphers the list if there was a context
 * @param compression the list if there was a context
 * @param rdmaTransforms the list if there was a context
 * @param signing the list if there was a context
 */
record ContextIds(
    List<Integer> hashAlgorithms,
    Optional<List<Integer>> ciphers,
    Optional<List<Integer>> compression,
    Optional<List<Integer>> rdmaTransforms,
    Optional<List<Integer>> signing) {

  /** A message whose contexts break one of the rules; the text says which. */
  static final class RuleBroken extends Exception {
    private static final long serialVersionUID = 1;

    private RuleBroken(String message) {
      super(message, null, false, false);
    }
  }

  /** Sorts the contexts. */
  static ContextIds of(List<NegotiateContext> contexts) throws RuleBroken {
    List<List<Integer>> preauth = new ArrayList<>(1);
    List<List<Integer>> ciphers = new ArrayList<>(1);
    List<List<Integer>> compression = new ArrayList<>(1);
    List<List<Integer>> rdmaTransforms = new ArrayList<>(1);
    List<List<Integer>> signing = new ArrayList<>(1);
    for (NegotiateContext context : contexts) {
      switch (context) {
        case NegotiateContext.PreauthIntegrity(List<Integer> ids, byte[] _) -> preauth.add(ids);
        case NegotiateContext.Encryption(List<Integer> ids) -> ciphers.add(ids);
        case NegotiateContext.Compression(int _, List<Integer> ids) -> compression.add(ids);
        case NegotiateContext.RdmaTransform(List<Integer> ids) -> rdmaTransforms.add(ids);
        case NegotiateContext.Signing(List<Integer> ids) -> signing.add(ids);
        case NegotiateContext.Netname _,
            NegotiateContext.Transport _,
            NegotiateContext.Unknown _ -> {}
      }
    }
    return new ContextIds(
        single("PREAUTH_INTEGRITY", preauth)
            .orElseThrow(() -> new RuleBroken("no PREAUTH_INTEGRITY context")),
        single("ENCRYPTION", ciphers),
        single("COMPRESSION", compression),
        single("RDMA_TRANSFORM", rdmaTransforms),
        single("SIGNING", signing));
  }

  private static Optional<List<Integer>> single(String name, List<List<Integer>> found)
      throws RuleBroken {
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (found.size() > 1) {
      throw new RuleBroken(found.size() + " " + name + " contexts");
    }
    if (found.getFirst().isEmpty()) {
      throw new RuleBroken(name + " context with an empty list");
    }
    return Optional.of(found.getFirst());
  }
}
