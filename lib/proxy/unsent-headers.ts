import { env } from '#lib/env'
import { tracing } from '#lib/tracing-headers'

/**
 * Whether a request header is one of those that nobody expects at the API: browsers, libraries, proxies and platforms
 * add it by themselves, or it is for the next hop or for this app. It is left out and the call goes on.
 * `PROXY_IGNORED_HEADERS` adds what a network of one's own adds.
 */
export function isUnsent(name: string, connection: string | null): boolean {
  // Some servers read `_` as `-` (CGI's names).
  const plain = name.toLowerCase().replaceAll('_', '-')
  return (
    unsent.has(plain) ||
    unsentPrefixes.some((prefix) => plain.startsWith(prefix)) ||
    // RFC 9110 §7.6.1: what `Connection` names is for the next hop.
    (connection ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .includes(name) ||
    env().PROXY_IGNORED_HEADERS.includes(plain)
  )
}

const unsent = new Set([
  ...tracing,
  ...[
    'x-b3-flags',
    'uber-trace-id',
    'correlation-context',
    'x-cloud-trace-context',
    'x-ot-span-context',
  ],
  ...['grpc-trace-bin', 'x-honeycomb-trace', 'x-instana-t', 'x-instana-s', 'x-instana-l'],
  ...['x-newrelic-id', 'x-newrelic-transaction', 'x-trace-id'],
  // For this app: who calls, and that it is a page of ours.
  ...['authorization', 'cookie', 'x-grantkeeper'],
  // For the next hop, and how the body is framed (RFC 9110 §7.6.1); ours is framed anew.
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'http2-settings', 'host', 'content-length', 'expect'],
  ...['max-forwards', 'priority'],
  // fetch of browsers and of Node, and what their libraries add (axios, jQuery): of pages, not of calls.
  ...[
    'accept-charset',
    'accept-encoding',
    'cache-control',
    'dnt',
    'early-data',
    'origin',
    'pragma',
  ],
  ...[
    'purpose',
    'referer',
    'save-data',
    'upgrade-insecure-requests',
    'user-agent',
    'x-client-data',
  ],
  ...['x-moz', 'x-purpose', 'x-requested-with', 'x-xsrf-token', 'device-memory', 'downlink', 'dpr'],
  ...['ect', 'rtt', 'viewport-width', 'width', 'date', 'from', 'service-worker'],
  ...[
    'service-worker-navigation-preload',
    'alt-used',
    'postman-token',
    'ngrok-skip-browser-warning',
  ],
  // Reverse proxies, load balancers, CDNs and platforms, on the way to this app.
  ...['forwarded', 'via', 'cdn-loop', 'client-ip', 'true-client-ip', 'x-client-ip', 'x-real-ip'],
  ...['x-cluster-client-ip', 'x-host', 'x-port', 'x-proto', 'x-scheme', 'x-rewrite-url'],
  ...['x-request-start', 'x-queue-start', 'x-accel-internal', 'x-varnish', 'x-cache-hash'],
  ...['front-end-https', 'disguised-host', 'was-default-hostname', 'incap-client-ip'],
  ...['x-sucuri-clientip', 'do-connecting-ip', 'x-matched-path', 'x-invocation-id'],
  ...[
    'x-site-deployment-id',
    'x-appgw-trace-id',
    'x-arr-log-id',
    'x-arr-ssl',
    'x-waws-unencoded-url',
  ],
  ...['x-country-code', 'x-geo-country', 'rndr-id', 'x-nonce', 'next-url', 'rsc'],
])

const unsentPrefixes = [
  ...['grantkeeper-', 'sec-', 'access-control-', 'attribution-reporting-'],
  ...['x-forwarded', 'x-original-', 'x-envoy-', 'x-amz-cf-', 'x-amzn-', 'cloudfront-', 'cf-'],
  ...['x-vercel-', 'x-now-', 'x-middleware-', 'x-nextjs-', 'next-router-', 'x-invoke-', 'fastly-'],
  ...['fly-', 'x-azure-', 'x-fd-', 'x-appengine-', 'x-ms-client-principal', 'akamai-', 'x-akamai-'],
  ...[
    'x-railway-',
    'x-render-',
    'x-nf-',
    'x-kong-',
    'x-traefik-',
    'x-ssl-',
    'x-tls-',
    'x-haproxy-',
  ],
]
