CREATE TABLE `ended_sessions` (
	`issuer` text NOT NULL,
	`sid` text NOT NULL,
	`sub` text NOT NULL,
	`ended_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ended_sessions_key` ON `ended_sessions` (`issuer`,`sid`,`sub`);--> statement-breakpoint
CREATE INDEX `ended_sessions_expiry` ON `ended_sessions` (`expires_at`);