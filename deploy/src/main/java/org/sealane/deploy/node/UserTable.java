package org.sealane.deploy.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.identity.DataKey;
import org.sealane.cluster.identity.NodeDataKeys;
import org.sealane.cluster.identity.UserAccount;
import org.sealane.cluster.member.ClusterView;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.auth.ntlm.UserAccounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's users, opened when they are asked for. Nothing of a password is kept between: the
 * sealed documents are few, and opening one takes microseconds. Any thread may call.
 */
final class UserTable implements UserAccounts {
  private static final Logger LOG = LoggerFactory.getLogger(UserTable.class);

  private final CurrentView view;
  private final NodeDataKeys dataKeys;

  UserTable(CurrentView view, NodeDataKeys dataKeys) {
    this.view = view;
    this.dataKeys = dataKeys;
  }

  @Override
  public Optional<Account> find(String name) {
    List<DataKey> keys = keys();
    for (Map.Entry<UUID, DocumentContent.User> user : users().entrySet()) {
      Optional<UserAccount> opened = UserAccount.open(user.getKey(), user.getValue(), keys);
      if (opened.isEmpty()) {
        LOG.warn("user={} is sealed under a data key that this node has not", user.getKey());
        continue;
      }
      SessionSecret hash = opened.get().ntHash();
      if (opened.get().name().equalsIgnoreCase(name)) {
        return Optional.of(new Account(opened.get().name(), hash));
      }
      hash.close();
    }
    return Optional.empty();
  }

  /** Users' ids by name; of two of one name the older counts. */
  Map<String, UUID> ids() {
    List<DataKey> keys = keys();
    Map<String, UUID> ids = new HashMap<>();
    users()
        .forEach((id, user) ->
            UserAccount.open(id, user, keys)
                .ifPresent(account -> {
                  account.ntHash().close();
                  ids.putIfAbsent(account.name(), id);
                }));
    return ids;
  }

  private List<DataKey> keys() {
    return view.get()
        .map(now -> dataKeys.inForce(now.clusterId(), now.self(), now.clients().dataKey()))
        .orElse(List.of());
  }

  private Map<UUID, DocumentContent.User> users() {
    return view.get().map(ClusterView::clients).map(c -> c.users()).orElse(Map.of());
  }
}
