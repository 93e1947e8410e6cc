#!/usr/bin/env bash
# The check of action.yml: compares FAULTLINE_FILE with the base branch of the pull request, or with FAULTLINE_AGAINST,
# and writes its exit code to the outputs of the step. A later step fails the job, after the comment.
set -u
faultline="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/dist/cli/main.js"
rm -f "$FAULTLINE_COMMENT"
against="${FAULTLINE_AGAINST:-}"
if [ -z "$against" ] && [ -n "${GITHUB_BASE_REF:-}" ]; then
  # actions/checkout fetches one commit only.
  git fetch --quiet --depth=1 origin "$GITHUB_BASE_REF" || exit 3
  against="$(git rev-parse FETCH_HEAD)"
fi
options=(--github --markdown "$FAULTLINE_COMMENT")
[ -z "$against" ] || options+=(--against "$against")
# shellcheck disable=SC2086 # the options of the user are words
node "$faultline" check "$FAULTLINE_FILE" "${options[@]}" ${FAULTLINE_ARGUMENTS:-}
code=$?
[ ! -f "$FAULTLINE_COMMENT" ] || cat "$FAULTLINE_COMMENT" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
echo "exit-code=$code" >> "${GITHUB_OUTPUT:-/dev/null}"
