// For `next dev`, whose own process tells of its end without reading next.config.ts.
process.env.NEXT_TELEMETRY_DISABLED = '1'
