ALTER TABLE "grants" ADD COLUMN "refused_since" bigint;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "refused_at" bigint;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "refusals" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "provider_states" ADD COLUMN "probe_until" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "provider_states" ADD COLUMN "succeeded_at" bigint;--> statement-breakpoint
ALTER TABLE "provider_states" ADD COLUMN "succeeded_client" text;--> statement-breakpoint
ALTER TABLE "provider_states" ADD COLUMN "refused_users" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "provider_states" ADD COLUMN "client_verdict" text;--> statement-breakpoint
ALTER TABLE "provider_states" ADD COLUMN "client_checked_at" bigint DEFAULT 0 NOT NULL;