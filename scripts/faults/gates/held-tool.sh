#!/bin/sh
# held-tool.sh HELD ARMED REACHED GO TOOL ARGUMENT...: runs a tool that waits at a gate, as long as nobody was there before.
held=$1 armed=$2 reached=$3 go=$4
shift 4
wait_here() {
  mv "$armed" "$reached" 2>/dev/null || return 0
  while [ ! -e "$go" ]; do sleep 0.4; done
}
case $held in
first)
  wait_here
  exec "$@"
  ;;
last)
  "$@"
  code=$?
  wait_here
  exit $code
  ;;
halfway)
  output=$(mktemp) || exit 1
  trap 'rm -f "$output"' EXIT
  "$@" >"$output"
  code=$?
  half=$(($(wc -c <"$output") / 2))
  head -c "$half" "$output"
  wait_here
  tail -c +$((half + 1)) "$output"
  exit $code
  ;;
esac
