#!/bin/sh
# Installs the pinned packages (about 500 MB) into bench/peers/silero_livekit/node_modules; `npm run bench -- vad` then
# measures them too.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
node -e 'console.log("@livekit/agents-plugin-silero", require("./node_modules/@livekit/agents-plugin-silero/package.json").version)'
