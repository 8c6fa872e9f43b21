ALTER TABLE `grants` ADD `refused_since` integer;--> statement-breakpoint
ALTER TABLE `grants` ADD `refused_at` integer;--> statement-breakpoint
ALTER TABLE `grants` ADD `refusals` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `provider_states` ADD `probe_until` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `provider_states` ADD `succeeded_at` integer;--> statement-breakpoint
ALTER TABLE `provider_states` ADD `succeeded_client` text;--> statement-breakpoint
ALTER TABLE `provider_states` ADD `refused_users` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `provider_states` ADD `client_verdict` text;--> statement-breakpoint
ALTER TABLE `provider_states` ADD `client_checked_at` integer DEFAULT 0 NOT NULL;