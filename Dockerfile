# Three stages: the packages that run, the code that is compiled, and what is left when both are put together. A change
# of the source reinstalls nothing: packages are a layer of their own, which only the lock file renews.
#   docker build -t ringline .
#   docker run --stop-timeout 45 --env-file .env -p 8765:8765 -v ./recordings:/app/recordings ringline
# The stop timeout is longer than DRAIN_TIMEOUT_MS and the 10 s of goodbyes after it; Docker's own 10 s would cut calls.
FROM node:24-trixie-slim AS packages
ENV ONNXRUNTIME_NODE_INSTALL=skip
WORKDIR /app
COPY package.json package-lock.json ./
# onnxruntime-node carries the libraries of six platforms; one is enough. cmake-js and headers were for compiling.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force \
  && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d \
    ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} + \
  && rm -rf node_modules/cmake-js node_modules/node-api-headers

FROM node:24-trixie AS build
ENV ONNXRUNTIME_NODE_INSTALL=skip
RUN apt-get update && apt-get install -y --no-install-recommends cmake g++ make && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY native ./native
RUN node native/build.mjs --strict
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM node:24-trixie-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages --chown=node:node /app/package.json ./
COPY --from=packages --chown=node:node /app/node_modules ./node_modules
COPY --chown=node:node models ./models
COPY --from=build --chown=node:node /app/native/build/Release ./native/build/Release
COPY --from=build --chown=node:node /app/dist/src ./dist/src
RUN mkdir recordings && chown node:node recordings
USER node
EXPOSE 8765
STOPSIGNAL SIGTERM
# Alive means: it answers. /ready also says no when all lines are busy, which is no reason to replace the container.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8765) + '/ready').then(() => process.exit(0), () => process.exit(1))"]
# Not through npm: it would swallow the signals.
CMD ["node", "dist/src/main.js"]
