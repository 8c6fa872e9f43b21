ALTER TABLE `api_keys` ADD `mac` text;--> statement-breakpoint
ALTER TABLE `users` ADD `mac` text;