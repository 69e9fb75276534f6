#!/bin/sh
# Installs the pinned packages into bench/peers/plain_node/node_modules.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
