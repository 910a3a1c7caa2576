#!/bin/bash
# audit_json.sh - as audit.sh, with one JSON object a line.
# shellcheck source-path=SCRIPTDIR source=audit.sh
FORMATS=json
. "$(dirname "$0")/audit.sh"
