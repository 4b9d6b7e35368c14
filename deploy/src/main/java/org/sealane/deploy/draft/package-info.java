/**
 * What an administrator's command does with a draft before it signs: the node that drafted is not
 * trusted with the admin key, so every document is compared with what was asked for.
 */
package org.sealane.deploy.draft;
