# Two stages: the first has compilers, for the native audio code; the second only what runs.
#   docker build -t ringline . && docker run --env-file .env -p 8765:8765 -v ./recordings:/app/recordings ringline
FROM node:22-trixie AS build
RUN apt-get update && apt-get install -y --no-install-recommends cmake g++ make && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:22-trixie-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/native/build ./native/build
COPY --from=build --chown=node:node /app/models ./models
COPY --from=build --chown=node:node /app/dist/src ./dist/src
RUN mkdir recordings && chown node:node recordings
USER node
EXPOSE 8765
# Longer than DRAIN_TIMEOUT_MS: docker stop --time 45
STOPSIGNAL SIGTERM
# Alive means: it answers. /ready also says no when all lines are busy, which is no reason to replace the container.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8765) + '/ready').then(() => process.exit(0), () => process.exit(1))"]
# Not through npm: it would swallow the signals.
CMD ["node", "dist/src/main.js"]
