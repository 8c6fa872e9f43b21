CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`providers` text NOT NULL,
	`org` text,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_name` ON `api_keys` (`name`) WHERE "api_keys"."revoked_at" is null;--> statement-breakpoint
CREATE TABLE `provider_states` (
	`provider` text PRIMARY KEY NOT NULL,
	`error` text,
	`failures` integer DEFAULT 0 NOT NULL,
	`since` integer,
	`blocked_until` integer DEFAULT 0 NOT NULL,
	`reference` text
);
--> statement-breakpoint
DROP INDEX `grants_user`;--> statement-breakpoint
ALTER TABLE `grants` ADD `last_used_by` text;--> statement-breakpoint
ALTER TABLE `grants` ADD `refresh_due_at` integer;--> statement-breakpoint
ALTER TABLE `grants` ADD `refresh_error` text;--> statement-breakpoint
ALTER TABLE `grants` ADD `refresh_failures` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `grants` ADD `refresh_failing_since` integer;--> statement-breakpoint
ALTER TABLE `grants` ADD `refresh_not_before` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `grants` ADD `unanswered_sends` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `grants` ADD `in_doubt_since` integer;--> statement-breakpoint
CREATE INDEX `grants_refresh_due` ON `grants` (`refresh_due_at`);--> statement-breakpoint
CREATE INDEX `grants_user` ON `grants` (`user_id`,`provider`);--> statement-breakpoint
ALTER TABLE `events` ADD `times` integer DEFAULT 1 NOT NULL;