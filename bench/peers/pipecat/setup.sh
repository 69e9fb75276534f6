#!/bin/sh
# Makes bench/peers/pipecat/.venv with the pinned versions. Needs Python 3.11 or newer; PYTHON names another interpreter.
set -eu
cd "$(dirname "$0")"
PYTHON="${PYTHON:-python3}"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Pipecat needs Python 3.11 or newer (PYTHON=...)" >&2; exit 1; }
[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.lock
.venv/bin/python -c 'import pipecat; print("pipecat", pipecat.version())'
