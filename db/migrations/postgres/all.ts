// Made by npm run db:generate.
import type { Migration } from '../../migrations.ts'

export const migrations: readonly Migration[] = [
  {
    "name": "0000_first",
    "statements": [
      "CREATE TABLE \"events\" (\n\t\"id\" text PRIMARY KEY NOT NULL,\n\t\"user_id\" text NOT NULL,\n\t\"grant_id\" text,\n\t\"provider\" text,\n\t\"type\" text NOT NULL,\n\t\"actor\" text NOT NULL,\n\t\"detail\" text DEFAULT '{}' NOT NULL,\n\t\"created_at\" bigint NOT NULL\n);",
      "CREATE TABLE \"grants\" (\n\t\"id\" text PRIMARY KEY NOT NULL,\n\t\"user_id\" text NOT NULL,\n\t\"provider\" text NOT NULL,\n\t\"account_id\" text DEFAULT '' NOT NULL,\n\t\"account_label\" text DEFAULT '' NOT NULL,\n\t\"status\" text NOT NULL,\n\t\"reason\" text,\n\t\"scope\" text DEFAULT '' NOT NULL,\n\t\"requested_scope\" text DEFAULT '' NOT NULL,\n\t\"access_token\" text,\n\t\"access_token_expires_at\" bigint,\n\t\"refresh_token\" text,\n\t\"refresh_token_expires_at\" bigint,\n\t\"token_type\" text DEFAULT 'bearer' NOT NULL,\n\t\"version\" integer DEFAULT 1 NOT NULL,\n\t\"lease_id\" text,\n\t\"lease_until\" bigint DEFAULT 0 NOT NULL,\n\t\"paused_at\" bigint,\n\t\"connected_at\" bigint NOT NULL,\n\t\"created_at\" bigint NOT NULL,\n\t\"updated_at\" bigint NOT NULL,\n\t\"last_used_at\" bigint,\n\t\"last_refreshed_at\" bigint,\n\t\"disconnected_at\" bigint,\n\t\"revocation\" text\n);",
      "CREATE TABLE \"pending_revocations\" (\n\t\"id\" text PRIMARY KEY NOT NULL,\n\t\"grant_id\" text NOT NULL,\n\t\"user_id\" text NOT NULL,\n\t\"provider\" text NOT NULL,\n\t\"account_id\" text NOT NULL,\n\t\"token\" text NOT NULL,\n\t\"token_kind\" text NOT NULL,\n\t\"version\" integer NOT NULL,\n\t\"attempts\" integer DEFAULT 0 NOT NULL,\n\t\"next_attempt_at\" bigint NOT NULL,\n\t\"expires_at\" bigint NOT NULL\n);",
      "CREATE TABLE \"used_transactions\" (\n\t\"id\" text PRIMARY KEY NOT NULL,\n\t\"expires_at\" bigint NOT NULL\n);",
      "CREATE TABLE \"users\" (\n\t\"id\" text PRIMARY KEY NOT NULL,\n\t\"issuer\" text NOT NULL,\n\t\"sub\" text NOT NULL,\n\t\"org\" text DEFAULT '' NOT NULL,\n\t\"name\" text DEFAULT '' NOT NULL,\n\t\"email\" text DEFAULT '' NOT NULL,\n\t\"created_at\" bigint NOT NULL,\n\t\"seen_at\" bigint NOT NULL,\n\t\"disabled_at\" bigint\n);",
      "CREATE TABLE \"vault_canaries\" (\n\t\"key_number\" integer PRIMARY KEY NOT NULL,\n\t\"sealed\" text NOT NULL,\n\t\"created_at\" bigint NOT NULL\n);",
      "CREATE INDEX \"events_user\" ON \"events\" USING btree (\"user_id\",\"created_at\");",
      "CREATE UNIQUE INDEX \"grants_living_account\" ON \"grants\" USING btree (\"user_id\",\"provider\",\"account_id\") WHERE \"grants\".\"status\" <> 'disconnected';",
      "CREATE INDEX \"grants_user\" ON \"grants\" USING btree (\"user_id\");",
      "CREATE INDEX \"used_transactions_expiry\" ON \"used_transactions\" USING btree (\"expires_at\");",
      "CREATE UNIQUE INDEX \"users_identity\" ON \"users\" USING btree (\"issuer\",\"sub\",\"org\");"
    ]
  },
  {
    "name": "0001_tokens_without_the_user",
    "statements": [
      "CREATE TABLE \"api_keys\" (\n\t\"id\" text PRIMARY KEY NOT NULL,\n\t\"name\" text NOT NULL,\n\t\"hash\" text NOT NULL,\n\t\"providers\" text NOT NULL,\n\t\"org\" text,\n\t\"created_at\" bigint NOT NULL,\n\t\"expires_at\" bigint,\n\t\"revoked_at\" bigint\n);",
      "CREATE TABLE \"provider_states\" (\n\t\"provider\" text PRIMARY KEY NOT NULL,\n\t\"error\" text,\n\t\"failures\" integer DEFAULT 0 NOT NULL,\n\t\"since\" bigint,\n\t\"blocked_until\" bigint DEFAULT 0 NOT NULL,\n\t\"reference\" text\n);",
      "DROP INDEX \"grants_user\";",
      "ALTER TABLE \"events\" ADD COLUMN \"times\" integer DEFAULT 1 NOT NULL;",
      "ALTER TABLE \"grants\" ADD COLUMN \"last_used_by\" text;",
      "ALTER TABLE \"grants\" ADD COLUMN \"refresh_due_at\" bigint;",
      "ALTER TABLE \"grants\" ADD COLUMN \"refresh_error\" text;",
      "ALTER TABLE \"grants\" ADD COLUMN \"refresh_failures\" integer DEFAULT 0 NOT NULL;",
      "ALTER TABLE \"grants\" ADD COLUMN \"refresh_failing_since\" bigint;",
      "ALTER TABLE \"grants\" ADD COLUMN \"refresh_not_before\" bigint DEFAULT 0 NOT NULL;",
      "ALTER TABLE \"grants\" ADD COLUMN \"unanswered_sends\" integer DEFAULT 0 NOT NULL;",
      "ALTER TABLE \"grants\" ADD COLUMN \"in_doubt_since\" bigint;",
      "CREATE UNIQUE INDEX \"api_keys_hash\" ON \"api_keys\" USING btree (\"hash\");",
      "CREATE UNIQUE INDEX \"api_keys_name\" ON \"api_keys\" USING btree (\"name\") WHERE \"api_keys\".\"revoked_at\" is null;",
      "CREATE INDEX \"grants_refresh_due\" ON \"grants\" USING btree (\"refresh_due_at\");",
      "CREATE INDEX \"grants_user\" ON \"grants\" USING btree (\"user_id\",\"provider\");"
    ]
  },
  {
    "name": "0002_completions",
    "statements": [
      "CREATE TABLE \"completions\" (\n\t\"hash\" text PRIMARY KEY NOT NULL,\n\t\"sealed\" text NOT NULL,\n\t\"sub\" text NOT NULL,\n\t\"org\" text NOT NULL,\n\t\"expires_at\" bigint NOT NULL\n);",
      "CREATE INDEX \"completions_expiry\" ON \"completions\" USING btree (\"expires_at\");"
    ]
  },
  {
    "name": "0003_rate_limits",
    "statements": [
      "CREATE TABLE \"rate_limits\" (\n\t\"key\" text PRIMARY KEY NOT NULL,\n\t\"points\" integer DEFAULT 0 NOT NULL,\n\t\"expire\" bigint\n);",
      "CREATE INDEX \"rate_limits_expiry\" ON \"rate_limits\" USING btree (\"expire\");"
    ]
  },
  {
    "name": "0004_events_age",
    "statements": [
      "CREATE INDEX \"events_age\" ON \"events\" USING btree (\"created_at\");"
    ]
  },
  {
    "name": "0005_ended_sessions",
    "statements": [
      "CREATE TABLE \"ended_sessions\" (\n\t\"issuer\" text NOT NULL,\n\t\"sid\" text NOT NULL,\n\t\"sub\" text NOT NULL,\n\t\"ended_at\" bigint NOT NULL,\n\t\"expires_at\" bigint NOT NULL\n);",
      "CREATE UNIQUE INDEX \"ended_sessions_key\" ON \"ended_sessions\" USING btree (\"issuer\",\"sid\",\"sub\");",
      "CREATE INDEX \"ended_sessions_expiry\" ON \"ended_sessions\" USING btree (\"expires_at\");"
    ]
  },
  {
    "name": "0006_vouched",
    "statements": [
      "ALTER TABLE \"api_keys\" ADD COLUMN \"mac\" text;",
      "ALTER TABLE \"users\" ADD COLUMN \"mac\" text;"
    ]
  },
  {
    "name": "0007_quiet_baron_strucker",
    "statements": [
      "ALTER TABLE \"grants\" ADD COLUMN \"refused_since\" bigint;",
      "ALTER TABLE \"grants\" ADD COLUMN \"refused_at\" bigint;",
      "ALTER TABLE \"grants\" ADD COLUMN \"refusals\" integer DEFAULT 0 NOT NULL;",
      "ALTER TABLE \"provider_states\" ADD COLUMN \"probe_until\" bigint DEFAULT 0 NOT NULL;",
      "ALTER TABLE \"provider_states\" ADD COLUMN \"succeeded_at\" bigint;",
      "ALTER TABLE \"provider_states\" ADD COLUMN \"succeeded_client\" text;",
      "ALTER TABLE \"provider_states\" ADD COLUMN \"refused_users\" text DEFAULT '' NOT NULL;",
      "ALTER TABLE \"provider_states\" ADD COLUMN \"client_verdict\" text;",
      "ALTER TABLE \"provider_states\" ADD COLUMN \"client_checked_at\" bigint DEFAULT 0 NOT NULL;"
    ]
  },
  {
    "name": "0008_left_songbird",
    "statements": [
      "CREATE INDEX \"ended_sessions_user\" ON \"ended_sessions\" USING btree (\"issuer\",\"sub\");"
    ]
  }
]
