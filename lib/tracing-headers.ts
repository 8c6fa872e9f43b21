/** What traces of browsers and services send along: neither sent to third parties nor believed. */
export const tracing = [
  ...['traceparent', 'tracestate', 'baggage'],
  ...['sentry-trace', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled'],
  ...['x-datadog-trace-id', 'x-datadog-parent-id', 'x-datadog-origin'],
  ...['x-datadog-sampling-priority', 'x-datadog-tags', 'newrelic', 'elastic-apm-traceparent'],
  ...['x-faro-session-id', 'adrum', 'x-dtpc', 'x-dtreferer', 'x-dtc'],
  ...['request-id', 'request-context', 'x-request-id', 'x-correlation-id'],
]
