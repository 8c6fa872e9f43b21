// Made by npm run db:generate.
import type { Migration } from '../../migrations.ts'

export const migrations: readonly Migration[] = [
  {
    "name": "0000_first",
    "statements": [
      "CREATE TABLE `events` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`user_id` text NOT NULL,\n\t`grant_id` text,\n\t`provider` text,\n\t`type` text NOT NULL,\n\t`actor` text NOT NULL,\n\t`detail` text DEFAULT '{}' NOT NULL,\n\t`created_at` integer NOT NULL\n);",
      "CREATE INDEX `events_user` ON `events` (`user_id`,`created_at`);",
      "CREATE TABLE `grants` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`user_id` text NOT NULL,\n\t`provider` text NOT NULL,\n\t`account_id` text DEFAULT '' NOT NULL,\n\t`account_label` text DEFAULT '' NOT NULL,\n\t`status` text NOT NULL,\n\t`reason` text,\n\t`scope` text DEFAULT '' NOT NULL,\n\t`requested_scope` text DEFAULT '' NOT NULL,\n\t`access_token` text,\n\t`access_token_expires_at` integer,\n\t`refresh_token` text,\n\t`refresh_token_expires_at` integer,\n\t`token_type` text DEFAULT 'bearer' NOT NULL,\n\t`version` integer DEFAULT 1 NOT NULL,\n\t`lease_id` text,\n\t`lease_until` integer DEFAULT 0 NOT NULL,\n\t`paused_at` integer,\n\t`connected_at` integer NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`updated_at` integer NOT NULL,\n\t`last_used_at` integer,\n\t`last_refreshed_at` integer,\n\t`disconnected_at` integer,\n\t`revocation` text\n);",
      "CREATE UNIQUE INDEX `grants_living_account` ON `grants` (`user_id`,`provider`,`account_id`) WHERE \"grants\".\"status\" <> 'disconnected';",
      "CREATE INDEX `grants_user` ON `grants` (`user_id`);",
      "CREATE TABLE `pending_revocations` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`grant_id` text NOT NULL,\n\t`user_id` text NOT NULL,\n\t`provider` text NOT NULL,\n\t`account_id` text NOT NULL,\n\t`token` text NOT NULL,\n\t`token_kind` text NOT NULL,\n\t`version` integer NOT NULL,\n\t`attempts` integer DEFAULT 0 NOT NULL,\n\t`next_attempt_at` integer NOT NULL,\n\t`expires_at` integer NOT NULL\n);",
      "CREATE TABLE `used_transactions` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`expires_at` integer NOT NULL\n);",
      "CREATE INDEX `used_transactions_expiry` ON `used_transactions` (`expires_at`);",
      "CREATE TABLE `users` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`issuer` text NOT NULL,\n\t`sub` text NOT NULL,\n\t`org` text DEFAULT '' NOT NULL,\n\t`name` text DEFAULT '' NOT NULL,\n\t`email` text DEFAULT '' NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`seen_at` integer NOT NULL,\n\t`disabled_at` integer\n);",
      "CREATE UNIQUE INDEX `users_identity` ON `users` (`issuer`,`sub`,`org`);",
      "CREATE TABLE `vault_canaries` (\n\t`key_number` integer PRIMARY KEY NOT NULL,\n\t`sealed` text NOT NULL,\n\t`created_at` integer NOT NULL\n);"
    ]
  },
  {
    "name": "0001_tokens_without_the_user",
    "statements": [
      "CREATE TABLE `api_keys` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`name` text NOT NULL,\n\t`hash` text NOT NULL,\n\t`providers` text NOT NULL,\n\t`org` text,\n\t`created_at` integer NOT NULL,\n\t`expires_at` integer,\n\t`revoked_at` integer\n);",
      "CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`);",
      "CREATE UNIQUE INDEX `api_keys_name` ON `api_keys` (`name`) WHERE \"api_keys\".\"revoked_at\" is null;",
      "CREATE TABLE `provider_states` (\n\t`provider` text PRIMARY KEY NOT NULL,\n\t`error` text,\n\t`failures` integer DEFAULT 0 NOT NULL,\n\t`since` integer,\n\t`blocked_until` integer DEFAULT 0 NOT NULL,\n\t`reference` text\n);",
      "DROP INDEX `grants_user`;",
      "ALTER TABLE `grants` ADD `last_used_by` text;",
      "ALTER TABLE `grants` ADD `refresh_due_at` integer;",
      "ALTER TABLE `grants` ADD `refresh_error` text;",
      "ALTER TABLE `grants` ADD `refresh_failures` integer DEFAULT 0 NOT NULL;",
      "ALTER TABLE `grants` ADD `refresh_failing_since` integer;",
      "ALTER TABLE `grants` ADD `refresh_not_before` integer DEFAULT 0 NOT NULL;",
      "ALTER TABLE `grants` ADD `unanswered_sends` integer DEFAULT 0 NOT NULL;",
      "ALTER TABLE `grants` ADD `in_doubt_since` integer;",
      "CREATE INDEX `grants_refresh_due` ON `grants` (`refresh_due_at`);",
      "CREATE INDEX `grants_user` ON `grants` (`user_id`,`provider`);",
      "ALTER TABLE `events` ADD `times` integer DEFAULT 1 NOT NULL;"
    ]
  },
  {
    "name": "0002_completions",
    "statements": [
      "CREATE TABLE `completions` (\n\t`hash` text PRIMARY KEY NOT NULL,\n\t`sealed` text NOT NULL,\n\t`sub` text NOT NULL,\n\t`org` text NOT NULL,\n\t`expires_at` integer NOT NULL\n);",
      "CREATE INDEX `completions_expiry` ON `completions` (`expires_at`);"
    ]
  },
  {
    "name": "0003_rate_limits",
    "statements": [
      "CREATE TABLE `rate_limits` (\n\t`key` text PRIMARY KEY NOT NULL,\n\t`points` integer DEFAULT 0 NOT NULL,\n\t`expire` integer\n);",
      "CREATE INDEX `rate_limits_expiry` ON `rate_limits` (`expire`);"
    ]
  },
  {
    "name": "0004_events_age",
    "statements": [
      "CREATE INDEX `events_age` ON `events` (`created_at`);"
    ]
  },
  {
    "name": "0005_ended_sessions",
    "statements": [
      "CREATE TABLE `ended_sessions` (\n\t`issuer` text NOT NULL,\n\t`sid` text NOT NULL,\n\t`sub` text NOT NULL,\n\t`ended_at` integer NOT NULL,\n\t`expires_at` integer NOT NULL\n);",
      "CREATE UNIQUE INDEX `ended_sessions_key` ON `ended_sessions` (`issuer`,`sid`,`sub`);",
      "CREATE INDEX `ended_sessions_expiry` ON `ended_sessions` (`expires_at`);"
    ]
  },
  {
    "name": "0006_vouched",
    "statements": [
      "ALTER TABLE `api_keys` ADD `mac` text;",
      "ALTER TABLE `users` ADD `mac` text;"
    ]
  },
  {
    "name": "0007_silly_ikaris",
    "statements": [
      "ALTER TABLE `grants` ADD `refused_since` integer;",
      "ALTER TABLE `grants` ADD `refused_at` integer;",
      "ALTER TABLE `grants` ADD `refusals` integer DEFAULT 0 NOT NULL;",
      "ALTER TABLE `provider_states` ADD `probe_until` integer DEFAULT 0 NOT NULL;",
      "ALTER TABLE `provider_states` ADD `succeeded_at` integer;",
      "ALTER TABLE `provider_states` ADD `succeeded_client` text;",
      "ALTER TABLE `provider_states` ADD `refused_users` text DEFAULT '' NOT NULL;",
      "ALTER TABLE `provider_states` ADD `client_verdict` text;",
      "ALTER TABLE `provider_states` ADD `client_checked_at` integer DEFAULT 0 NOT NULL;"
    ]
  },
  {
    "name": "0008_kind_krista_starr",
    "statements": [
      "CREATE INDEX `ended_sessions_user` ON `ended_sessions` (`issuer`,`sub`);"
    ]
  }
]
