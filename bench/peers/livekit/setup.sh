#!/bin/sh
# Installs the pinned packages into bench/peers/livekit/node_modules.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
node -e 'console.log("@livekit/agents", require("./node_modules/@livekit/agents/package.json").version)'
