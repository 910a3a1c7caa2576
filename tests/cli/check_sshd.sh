# shellcheck shell=bash disable=SC2154,SC2016
# check_sshd.sh - apikeyctl check: sshd_config and sudoers.
. ./check_lib.sh

sound debian
sshd=etc/ssh/sshd_config
# More lines in front of all others, which win.
first() { printf '{ printf %q; cat %s; } >etc/ssh/x; mv etc/ssh/x %s' \
    "$1\nMatch all\n" "$sshd" "$sshd"; }
only etc/ssh

t 'check: sshd must ask PAM'
sick "sed -i s/^UsePAM.*// $sshd" error "$sshd" 'UsePAM is not set'
sick "sed -i 's/^UsePAM yes/usepam=no/' $sshd" error "$sshd:3" 'UsePAM is no'
sick "$(first 'UsePAM no')" error "$sshd:1" 'UsePAM is no'

t 'check: members must have one of both methods'
off='PasswordAuthentication no\nKbdInteractiveAuthentication no'
sick "$(first "$off")" error "$sshd:1" \
    'a member of apikey cannot show a key: .* both no'
sick "$(first "${off/Kbd*A/ChallengeResponseA}")" error "$sshd:1" \
    'cannot show a key'
sound_after "$(first 'PasswordAuthentication no')"
sound_after "$(first 'KbdInteractiveAuthentication "no" # not here')"
# What a block says for members comes first.
sound_after "$(first "Match Group x,apikey\n\tPasswordAuthentication yes\nMatch all\n$off")"
sick "$(first "Match Group x,!apikey,*\n\tPasswordAuthentication yes\nMatch all\n$off")" \
    error "$sshd:4" 'a member of apikey cannot show a key'
sick "$(first "Match User deploy Group *\n$off")" error "$sshd:2" \
    'deploy cannot show a key'
sound_after "$(first "Match User alice,root\n$off")"
sound_after "$(first "Match invalid-user Address 10.0.0.0/8\n$off")"
sound_after "$(first "Match User *,!deploy\n$off\nMatch all\nPasswordAuthentication yes")"
sick "$(first "Match Address 10.0.0.0/8 User *\n$off")" note "$sshd:2" \
    'where this Match block holds, a member of apikey may not'
sound_after "$(first "Match Address 10.0.0.0/8 Group admins\n$off")"

t 'check: what sshd_config includes'
sound_after 'rm etc/ssh/sshd_config.d/*'
# "no" for keyboard-interactive is all that the other file says.
sick 'printf "passwordauthentication no\n" >etc/ssh/sshd_config.d/50.conf
    rm etc/ssh/sshd_config.d/apikey.conf' error \
    etc/ssh/sshd_config.d/50.conf:1 'cannot show a key'
sound_after 'printf "passwordauthentication no\n" >etc/ssh/sshd_config.d/50'
sick "$(first 'Include more/*.conf'); mkdir etc/ssh/more
    printf 'Match all\n$off\n' >etc/ssh/more/a.conf" error \
    etc/ssh/more/a.conf:2 'cannot show a key'
# A block ends with its file, and an Include in a block is of that block.
sound_after "$(first "Match User alice\nInclude more/*.conf"); mkdir etc/ssh/more
    printf '$off\n' >etc/ssh/more/a.conf"
sound_after "$(first "Match User alice\nInclude more/*.conf"); mkdir etc/ssh/more
    printf 'Match all\n$off\n' >etc/ssh/more/a.conf"
sick "$(first "Include more/*.conf\n$off"); mkdir etc/ssh/more
    printf 'Match User alice\n' >etc/ssh/more/a.conf" error "$sshd:2" \
    'a member of apikey cannot show a key'
sick "$(first 'Include /etc/*/x.conf')" note "$sshd" \
    'it cannot be told what /etc/\*/x.conf includes'
sick 'mkdir etc/ssh/sshd_config.d/dir.conf' note "$sshd" \
    'dir.conf: cannot be read: Is a directory'

t 'check: AuthenticationMethods'
sick "$(first 'AuthenticationMethods publickey')" error "$sshd:1" \
    'cannot show a key: AuthenticationMethods publickey has neither'
sick "$(first 'AuthenticationMethods password\nPasswordAuthentication no')" \
    error "$sshd:1" 'or they are off'
sick "$(first 'Match LocalPort 2222\nAuthenticationMethods publickey')" note \
    "$sshd:2" 'may not be able to show a key'
sound_after "$(first 'AuthenticationMethods any')"
sound_after "$(first 'AuthenticationMethods publickey publickey,keyboard-interactive:pam')"
sound_after "$(first 'Match User alice\nAuthenticationMethods publickey')"

t 'check: root and sshd'
only
root='sed -i s/deploy/root/ etc/apikey/keys.d/*.conf; sed -i s/deploy/alice/ etc/group'
in_tree "$root"
look 8
want_finding warning "$sshd" 'root has a key for sshd, but PermitRootLogin prohibit-password'
want_finding note 'user root' 'not in a group'
in_tree "$root; $(first 'PermitRootLogin yes')"
look 8
want_finding warning "$sshd:1" 'root may log in with a key'
sound_after "$(first 'PermitRootLogin yes')"
in_tree "sed -i 's/^services.*/services = [ \"sudo\" ];/' etc/apikey/keys.d/*; $root"
look 8
[[ $OUT != *PermitRootLogin* ]] || problem 'a key that is not for sshd'

# ---- sudo ---------------------------------------------------------------

sudo=etc/sudoers.d/apikey
only etc/sudoers etc/sudoers.d
rule() { printf 'echo %q >>etc/sudoers.d/deploy' "$1"; }

t 'check: sudo must ask each time'
sick "rm $sudo" warning etc/sudoers 'remembers members of apikey for some minutes'
sick "sed -i s/=0/=5/ $sudo" warning "$sudo:3" \
    'remembers members of apikey \(timestamp_timeout=5\)'
sick "sed -i s/=0/=-1/ $sudo" warning "$sudo:3" 'timestamp_timeout=-1'
sound_after "echo 'Defaults !timestamp_timeout' >$sudo"
sound_after "echo 'Defaults env_reset, timestamp_timeout = 0.0' >$sudo"
sound_after "printf 'Defaults:ALICE \\\\\n timestamp_timeout=9\nUser_Alias BOB=bob : ALICE = alice, %%sudo\n' >>$sudo"
sick "printf 'User_Alias MACHINES = bob, deploy\nDefaults:MACHINES timestamp_timeout=9\n' >>$sudo" \
    warning "$sudo:5" 'remembers deploy \(timestamp_timeout=9\)'
sick "echo 'Defaults:%apikey, alice !lecture,timestamp_timeout=9' >>$sudo" \
    warning "$sudo:4" 'timestamp_timeout=9'
sound_after "echo 'Defaults:ALL,!deploy,!%apikey timestamp_timeout=9' >>$sudo"
sound_after "echo 'Defaults!/bin/x timestamp_timeout=9' >>$sudo"
sound_after "echo '# Defaults timestamp_timeout=9' >>$sudo"
# The last one wins.
sound_after "sed -i '1i Defaults timestamp_timeout=9' $sudo"

t 'check: what leads to itself comes to an end'
sound_after "printf 'User_Alias A = B, B, B, B : B = A, A, A, A, A\nDefaults:A timestamp_timeout=9\n' >>$sudo"
sound_after "printf '@include /etc/sudoers.d/apikey\n%.0s' 1 2 3 >>$sudo"
only
sound_after "printf 'Include /etc/ssh/sshd_config\n%.0s' 1 2 3 >>$sshd"
in_tree "printf 'session include sshd\n%.0s' 1 2 3 >>etc/pam.d/sshd"
look 8
want_finding error etc/pam.d/sshd:13 'includes itself'
only etc/sudoers etc/sudoers.d

t 'check: sudo must ask at all'
sick "$(rule '%apikey ALL=(ALL) NOPASSWD: ALL')" warning \
    etc/sudoers.d/deploy:2 'asks members of apikey for no key here'
sick "$(rule 'alice, deploy ALL = (root) SETENV:NOPASSWD: /bin/x')" warning \
    etc/sudoers.d/deploy:2 'asks deploy for no key here'
sick "$(rule 'ALL ALL=NOPASSWD: /bin/x')" warning etc/sudoers.d/deploy:2 \
    'asks members of apikey'
sick "$(rule 'Defaults:deploy !authenticate')" warning \
    etc/sudoers.d/deploy:2 'asks deploy for no key \(!authenticate\)'
sound_after "$(rule 'alice ALL=NOPASSWD: ALL # deploy')"
sound_after "$(rule 'Cmnd_Alias DEPLOY=/bin/x')"
sound_after 'mv etc/sudoers.d/deploy etc/sudoers.d/deploy~
    echo "%apikey ALL=NOPASSWD: ALL" >>etc/sudoers.d/deploy~
    cp etc/sudoers.d/deploy~ etc/sudoers.d/x.bak'
sick 'echo "@include /etc/more" >>etc/sudoers
    echo "deploy ALL=NOPASSWD: ALL" >etc/sudoers.d/x.y
    sed -i s,/etc/more,/etc/sudoers.d/x.y, etc/sudoers' warning \
    etc/sudoers.d/x.y:1 \
    'asks deploy for no key here'
sick 'echo "#include nowhere" >>etc/sudoers' note etc/sudoers \
    'etc/nowhere: cannot be read'
