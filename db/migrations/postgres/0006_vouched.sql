ALTER TABLE "api_keys" ADD COLUMN "mac" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "mac" text;