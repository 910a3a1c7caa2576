#!/bin/bash
# demo.sh - the second half of the demo, inside the machine.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
LOG=$MACHINE_LOG
LATE=0.3
# shellcheck source-path=SCRIPTDIR source=show.sh
. "$E2E/show.sh"

say 'This is a copy of your machine that ends with the demo. In it, the' \
    'project was installed, the accounts deploy and alice were made, the' \
    'PAM lines were pasted, and sshd was started.'
setup
start_sshd || bail 'sshd does not start'
install -d -m 700 /root/.ssh
cat >/root/.ssh/config <<END
Host localhost
	Port $PORT
	PubkeyAuthentication no
	StrictHostKeyChecking no
	UserKnownHostsFile /dev/null
	LogLevel ERROR
END
cd /root || exit 1
umask 077

say 'The lines of /etc/pam.d/sshd that matter:'
show ok 'grep pam_apikey /etc/pam.d/sshd'
say 'A key for deploy, who is in the group apikey:'
show ok "apikeyctl create --user deploy --label 'build farm' >key"
say 'It logs in over ssh. sshpass types it at the usual prompt.'
# shellcheck disable=SC2016 # it is for the other side
show ok 'sshpass -f key ssh deploy@localhost '\''id -un; echo $APIKEY_ID'\'
say 'And with it, sudo makes root of deploy:'
show ok 'sshpass -f key ssh deploy@localhost sudo -S id -un <key'
say 'The key is rotated: there is a new one, and the old one goes on working' \
    'until the new one is first used, so that no job fails in between.'
ID=$(cut -c 6-15 key)
show ok "apikeyctl rotate $ID --until-first-use >newkey"
show ok 'sshpass -f key ssh deploy@localhost id -un'
show ok 'sshpass -f newkey ssh deploy@localhost id -un'
say 'Now the old one is dead, and whoever still shows it raises an alarm:'
show refused 'sshpass -f key ssh deploy@localhost id -un'
show ok 'apikeyctl list'
show ok 'apikeyctl usage'
say 'alice is not in the group. Her password works as ever, and nothing' \
    'of ours has a hand in it:'
printf '%s\n' "$ALICE_PASSWORD" >password
show ok 'sshpass -f password ssh alice@localhost id -un'
say 'The keys are revoked: from now on it is refused.'
show ok "apikeyctl revoke --user deploy --reason offboarded"
show refused 'sshpass -f newkey ssh deploy@localhost id -un'
say 'That was the demo. The copy of the machine is gone with all in it.'
