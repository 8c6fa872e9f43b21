# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1
COPY package.json package-lock.json .npmrc ./
# The image brings its own Node: the one of the project (an optional dependency) is used by npm run alone.
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build:standalone

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    UV_THREADPOOL_SIZE=16 \
    PORT=3000 \
    HOST=:: \
    DATABASE_URL=file:/data/grantkeeper.db
# Its files belong to root: the app can read them, and write only to /data.
COPY --from=build /app/.next/standalone ./
# What a start compiles is kept for the user and the Node that ran it; then it belongs to root like all else.
RUN install --directory --owner=node --group=node --mode=700 /data \
  && install --directory --owner=node .next/compile-cache \
  && setpriv --reuid=node --regid=node --clear-groups node scripts/warm.ts \
  && chown --recursive root:root .next/compile-cache \
  && chmod --recursive a+rX .next/compile-cache
USER node
VOLUME /data
EXPOSE 3000
# Alive, not ready: a database that is away heals without a restart.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "start.mjs"]
