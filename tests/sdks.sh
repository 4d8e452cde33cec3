#!/usr/bin/env bash
# Runs the own tests of an official SDK against a server on port 8000, as its tests expect it.
#
#   tests/sdks.sh CHECKOUT COMMAND..
#
# CHECKOUT is a clone of centrifugal/centrifuge-js, -go or -python, with its dependencies installed: by
# `npm install --legacy-peer-deps`, by Go itself, by `pip install -e .`. COMMAND starts the server; the path
# of its configuration is appended. The engine, and a real Centrifugo:
#
#   cargo build -p centrifugo-tests --bin engine
#   tests/sdks.sh ~/centrifuge-js "$PWD/target/debug/engine"
#   tests/sdks.sh ~/centrifuge-js "$(ls "$PWD"/target/centrifugo/*/centrifugo)" -c
#
# With both servers the same tests pass: 34 of centrifuge-js at c9e8678, 58 of centrifuge-go at f94d5b3, 61 of
# centrifuge-python at 1315468.
#
# Left out, in the configuration and in the tests: delta compression, map and shared poll channels, HTTP streaming, SSE.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,19s/^# \{0,1\}//p' "$0" >&2; exit 2; }
checkout=$(cd "$1" && pwd)
shift
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
address=127.0.0.1/8000

# What a stream channel of their tests has, beside `$1`, and the client's options `$2`.
config() {
    cat << JSON
{
  "client": { $2 },
  "http_api": { "key": "test-api-key" },
  "channel": {
    "without_namespace": { "history_size": 100, "history_ttl": "300s", "force_recovery": true $1 },
    "namespaces": [
      { "name": "recovery", "history_size": 100, "history_ttl": "300s", "force_recovery": true $1 },
      { "name": "smallhistory", "history_size": 2, "history_ttl": "300s", "force_recovery": true $1 }
    ]
  }
}
JSON
}

# jest matches the names of tests; each of the files has its own kinds of channels.
js() {
    npx --no-install jest --verbose --forceExit --runInBand --testNamePattern '^websocket' \
        src/centrifuge.test.ts src/centrifuge.protobuf.test.ts
    npx --no-install jest --verbose --forceExit --runInBand src/getstate.test.ts
    npx --no-install jest --verbose --forceExit --runInBand --testNamePattern '^stream' src/recovery.test.ts
}

if [ -e "$checkout/package.json" ]; then
    suite=js
    config ', "presence": true' '"insecure": true, "concurrency": 8, "token": { "hmac_secret_key": "secret" }' \
        > "$work/config.json"
elif [ -e "$checkout/go.mod" ]; then
    suite='go test -count=1 -v -skip Fossil ./...'
    config '' '"insecure": true' > "$work/config.json"
else
    suite='python3 -m unittest -v tests.test_client'
    config ', "presence": true, "join_leave": true, "force_push_join_leave": true, "allow_publish_for_subscriber": true,
        "allow_presence_for_subscriber": true, "allow_history_for_subscriber": true' \
        '"token": { "hmac_secret_key": "secret" }, "subscribe_to_user_personal_channel": { "enabled": true }' \
        > "$work/config.json"
fi

if (: < "/dev/tcp/$address") 2> /dev/null; then
    echo "port 8000 is in use" >&2
    exit 1
fi
"$@" "$work/config.json" > "$work/log" 2>&1 &
server=$!
until (: < "/dev/tcp/$address") 2> /dev/null; do
    kill -0 "$server" 2> /dev/null || { echo "the server ended:" >&2; cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
cd "$checkout"
$suite
