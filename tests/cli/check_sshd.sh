# shellcheck shell=bash disable=SC2154,SC2016
# check_sshd.sh - apikeyctl check: sshd_config and sudoers.
. ./check_lib.sh

sound debian
sshd=etc/ssh/sshd_config
# More lines in front of all others, which are in a block then.
first() { printf '{ printf %q; cat %s; } >etc/ssh/x; mv etc/ssh/x %s' \
    "$1\nMatch all\n" "$sshd" "$sshd"; }
# Lines instead of all others.
instead() { printf 'rm etc/ssh/sshd_config.d/*; printf %q >%s' \
    "UsePAM yes\n$1\n" "$sshd"; }
only etc/ssh

t 'check: sshd must ask PAM'
sick "sed -i s/^UsePAM.*// $sshd" error "$sshd" 'UsePAM is not set'
sick "sed -i 's/^UsePAM yes/usepam=no/' $sshd" error "$sshd:3" 'UsePAM is no'
sick "$(first 'UsePAM no')" error "$sshd:1" 'UsePAM is no'
sound_after "$(instead 'Match all\nUsePAM no')"

t 'check: members must have one of both methods'
off='PasswordAuthentication no\nKbdInteractiveAuthentication no'
sick "$(first "Match all\n$off")" error "$sshd:2" \
    'a member of apikey cannot show a key: .* both no'
sick "$(first "Match all\n${off/Kbd*A/ChallengeResponseA}")" error \
    "$sshd:2" 'cannot show a key'
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
# A block goes before what stands outside of all, wherever that is.
on=${off//no/yes}
sound_after "$(first "$off")"
sick "$(instead "$on\nMatch Group apikey\n$off")" error "$sshd:5" \
    'a member of apikey cannot show a key'
sound_after "$(instead "$off\nMatch Group apikey\n\tKbdInteractiveAuthentication yes")"
# A group that is negated is a no, whatever other groups the user is in.
sound_after "$(instead "Match Group !apikey,*\n$off")"
sick "$(instead "Match Group \"domain users,apikey\" # x\n$off")" error \
    "$sshd:3" 'a member of apikey cannot show a key'
sick "$(instead "Match Group = apikey User \"*\"\n$off")" error \
    "$sshd:3" 'a member of apikey cannot show a key'
sound_after "$(instead "Match Group domain\" users\" User *\n$off")"

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
sick "$(first "Match all\nInclude more/*.conf\n$off"); mkdir etc/ssh/more
    printf 'Match User alice\n' >etc/ssh/more/a.conf" error "$sshd:3" \
    'a member of apikey cannot show a key'
sick "$(first 'Include /etc/*/x.conf')" note "$sshd" \
    'it cannot be told what /etc/\*/x.conf includes'
sick 'mkdir etc/ssh/sshd_config.d/dir.conf' note "$sshd" \
    'dir.conf: cannot be read: Is a directory'
sick 'rm -r etc/ssh/sshd_config.d; touch etc/ssh/sshd_config.d' note \
    "$sshd" 'sshd_config.d: cannot be read: Not a directory'

t 'check: AuthenticationMethods'
sick "$(first 'AuthenticationMethods publickey')" error "$sshd:1" \
    'cannot show a key: AuthenticationMethods publickey has neither'
sick "$(first 'Match all\nAuthenticationMethods password\nPasswordAuthentication no')" \
    error "$sshd:2" 'of keyboard-interactive and password only the one that is off'
# One cause is told once, two are told.
sick "$(instead "AuthenticationMethods publickey,keyboard-interactive\n$off")" \
    error "$sshd:3" 'are both no'
mend_installs "-m 644 sshd_config.d/apikey.conf $R/etc/ssh/sshd_config.d/"
in_tree "$(instead "AuthenticationMethods publickey\n$off")"
look 8
want 'findings' "$(wc -l <"$W/out")" 2
sick "$(first 'Match LocalPort 2222\nAuthenticationMethods publickey')" note \
    "$sshd:2" 'may not be able to show a key'
sound_after "$(first 'AuthenticationMethods any')"
sound_after "$(first 'AuthenticationMethods publickey publickey,keyboard-interactive:pam')"
sound_after "$(first 'Match User alice\nAuthenticationMethods publickey')"
sound_after "$(instead 'AuthenticationMethods publickey\nMatch Group apikey\nAuthenticationMethods password')"

t 'check: sshd must let members in'
sick "$(first 'AllowGroups admins')" error "$sshd:1" \
    'refuses deploy, whatever the key: AllowGroups names others only'
sick "$(instead 'AllowUsers root\nAllowUsers alice')" error "$sshd:2" \
    'refuses deploy, .* AllowUsers names others'
sick "$(first 'DenyUsers x deploy')" error "$sshd:1" \
    'refuses deploy, .* DenyUsers x deploy'
sick "$(first 'DenyUsers *')" error "$sshd:1" 'refuses a member of apikey'
sick "$(instead 'DenyUsers x\nDenyGroups \"apikey\" # x')" error "$sshd:3" \
    'refuses a member of apikey, .* DenyGroups'
# The lines of a list add up, within blocks and outside of them.
sound_after "$(instead 'AllowUsers root\nAllowUsers alice dep*y')"
sound_after "$(instead 'AllowGroups admins\nAllowGroups x api?ey')"
sound_after "$(instead 'AllowGroups admins deploy\nDenyUsers alice root\nDenyGroups sudo')"
sound_after "$(instead 'Match Group apikey\nAllowUsers x\nMatch User deploy\nAllowUsers deploy')"
sound_after "$(instead 'AllowUsers x\nMatch Group apikey\nAllowUsers deploy')"
sound_after "$(instead 'DenyUsers deploy\nMatch Group apikey\nDenyUsers x')"
sick "$(instead 'AllowUsers deploy\nMatch Group apikey\nAllowUsers x')" \
    error "$sshd:4" 'refuses deploy'
sound_after "$(instead 'Match User alice\nAllowUsers alice\nDenyGroups *')"
sick "$(instead 'AllowUsers deploy@10.0.0.0/8')" note "$sshd:2" \
    'may refuse deploy'
sick "$(instead 'DenyUsers *@10.0.0.0/8')" note "$sshd:2" 'may refuse deploy'
sick "$(instead 'AllowUsers deploy\nMatch Address 10.0.0.1\nAllowUsers x')" \
    note "$sshd:4" 'may refuse deploy'
sick "$(instead 'AllowUsers x\nMatch Address 10.0.0.1\nAllowUsers deploy')" \
    note "$sshd:2" 'may refuse deploy'
sound_after "$(instead 'Match Group apikey\nAllowUsers deploy\nMatch Address 10.0.0.1\nAllowUsers x')"
sound_after "$(instead 'DenyUsers bob@10.0.0.0/8\nAllowGroups *')"

t 'check: root and sshd'
only
root='sed -i s/deploy/root/ etc/apikey/keys.d/*.conf; sed -i s/deploy/alice/ etc/group'
in_tree "$root"
look 8
want_finding warning "$sshd" 'root has a key for sshd, but PermitRootLogin prohibit-password'
want_finding warning 'user root' 'not in a group'
want_out 'revoke the key, and make one for another user$'
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
mend_installs "-m 440 sudoers.d/apikey $R/etc/sudoers.d/"
sick "sed -i s/=0/=5/ $sudo" warning "$sudo:3" \
    'remembers members of apikey \(timestamp_timeout=5\)'
mend_is 'take timestamp_timeout out of this line, or set it to 0: a later line wins'
sick "sed -i s/=0/=-1/ $sudo" warning "$sudo:3" 'timestamp_timeout=-1'
sound_after "echo 'Defaults !timestamp_timeout' >$sudo"
sound_after "echo 'Defaults env_reset, timestamp_timeout = 0.0' >$sudo"
sound_after "printf 'Defaults:ALICE \\\\\n timestamp_timeout=9\nUser_Alias BOB=bob : ALICE = alice, %%sudo\n' >>$sudo"
sick "printf 'User_Alias MACHINES = bob, deploy\nDefaults:MACHINES timestamp_timeout=9\n' >>$sudo" \
    warning "$sudo:5" 'remembers deploy \(timestamp_timeout=9\)'
sick "echo 'Defaults:%apikey, alice !lecture,timestamp_timeout=9' >>$sudo" \
    warning "$sudo:4" 'timestamp_timeout=9'
sound_after "echo 'Defaults:ALL,!deploy,!%apikey timestamp_timeout=9' >>$sudo"
sick "echo 'Defaults!/bin/x timestamp_timeout=9' >>$sudo" note "$sudo:4" \
    'where this line holds, .* \(timestamp_timeout\)'
sound_after "echo 'Defaults!/bin/x timestamp_timeout=0, authenticate' >>$sudo"
sound_after "echo '# Defaults timestamp_timeout=9' >>$sudo"
# The last one wins.
sound_after "sed -i '1i Defaults timestamp_timeout=9' $sudo"

t 'check: sudo leaves out what others could have written'
sick "chmod 666 $sudo" warning "$sudo" \
    'writable by everybody: sudo leaves it out'
# A name that a shell would make something else of is in no mend.
for name in 'x;id' 'x$(id)' 'x y'; do
	sick "touch 'etc/sudoers.d/$name'; chmod 666 'etc/sudoers.d/$name'" \
	    warning "etc/sudoers.d/$name" 'sudo leaves it out'
	mend_is 'chmod go-w it'
done
sick 'chmod o+w etc/sudoers.d' warning etc/sudoers.d 'sudo leaves it out'
sick 'chmod o+w etc/sudoers' warning etc/sudoers 'does not work at all'
if [ "$(id -u)" -eq 0 ]; then
	sick "chown 12345 $sudo" warning "$sudo" 'belongs to uid 12345: sudo'
	sick "chown 0:12345 $sudo; chmod 460 $sudo" warning "$sudo" \
	    'writable by its group: sudo'
	sound_after "chmod 660 $sudo; chown 0:0 $sudo"
fi

t 'check: what leads to itself, or is too much, is told of'
sound_after "printf 'User_Alias A = B, B, B, B : B = A, A, A, A, A\nDefaults:A timestamp_timeout=9\n' >>$sudo"
# too_much SCRIPT FILE WHY: nothing is said of a file that was not all read.
too_much() {
	DONE=$1
	in_tree "$1"
	look 1
	want_no_out
	want_err "^apikeyctl: $R/$2: $3 to look at all$"
}
too_much "printf '@include /etc/sudoers.d/apikey\n%.0s' 1 2 3 >>$sudo" \
    etc/sudoers 'its includes go too deep'
too_much "rm $sudo; yes Defaults x | head -n 5000 >>etc/sudoers.d/deploy" \
    etc/sudoers 'it says too much'
too_much "rm $sudo; mkdir etc/many; touch etc/many/{1..1100}
    echo '@includedir /etc/many' >>etc/sudoers" etc/sudoers \
    'it includes too many files'
rm -r "$R/etc/many"
only etc/ssh etc/sudoers.d
too_much "printf 'Include /etc/ssh/sshd_config\n%.0s' 1 2 3 >>$sshd" \
    "$sshd" 'its includes go too deep'
too_much "yes X11Forwarding no | head -n 5000 >$sshd" "$sshd" \
    'it says too much'
only etc/pam.d
in_tree "printf 'session include sshd\n%.0s' 1 2 3 >>etc/pam.d/sshd"
look 8
want_finding error etc/pam.d/sshd:13 'includes itself'
only etc/passwd etc/group etc/pam.d etc/ssh
# Also, many users take no long time each.
in_tree 'seq 100000 180000 | sed "s/.*/u&:x:&:1::\/:\/bin\/sh/" >>etc/passwd
    echo "more:x:996:$(seq -s, -f u%.0f 100000 180000)" >>etc/group
    sed -i "s/group=apikey/group=more/" etc/pam.d/sshd
    seq -f "X%.0f no" 20 >>etc/ssh/sshd_config'
(ulimit -t 12; exec "$CTL" check --root "$R" >"$W/out" 2>"$W/err")
want 'many users' $? 1
OUT=$(<"$W/out") ERR=$(<"$W/err")
want_no_out
want_err "$sshd: there are too many users to look at all$"
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
sick "$(rule 'Defaults exempt_group = "apikey"')" warning \
    etc/sudoers.d/deploy:2 'asks members of apikey for no key \(exempt_group'
sound_after "$(rule 'Defaults exempt_group=sudo, exempt_group=apikey, !exempt_group')"
sick "$(rule 'Defaults@ALL !authenticate')" warning etc/sudoers.d/deploy:2 \
    'asks members of apikey for no key \(!authenticate\)'
for scope in @web '>root' '!/usr/bin/id, /bin/x'; do
	sick "$(rule "Defaults$scope !authenticate")" note \
	    etc/sudoers.d/deploy:2 \
	    'where this line holds, .* members of apikey .*authenticate'
done
sound_after "$(rule 'Defaults badpass_message="a, !authenticate"')"
sound_after "$(rule 'Defaults:!deploy,!%apikey !authenticate')"

t 'check: sudoers, as sudo reads it'
free='asks (deploy|members of apikey) for no key here'
for rule in '%apikey ALL=(ALL) NOPASSWD : ALL' '#998 ALL=NOPASSWD:ALL' \
    '%#997 ALL=NOPASSWD:ALL' '"deploy" ALL=NOPASSWD:ALL' \
    'bob , ! alice,"%apikey" A, B = ( root : x ) SETENV : NOPASSWD : ! /y, /x' \
    'deploy H=ALL : ALL = CWD=/tmp NOPASSWD:sha224:0123 /bin/x' \
    'deploy ALL=(root) /bin/x -a "b, NOPASSWD: ALL' \
    'deploy ALL=(root) /bin/x \: -b, NOPASSWD: X : J = ALL'; do
	sick "$(rule "$rule")" warning etc/sudoers.d/deploy:2 "$free"
done
for rule in '#99 ALL=NOPASSWD:ALL' '%#99 ALL=NOPASSWD:ALL' \
    '"%domain users" ALL=NOPASSWD:ALL' 'a\,deploy ALL=NOPASSWD:ALL' \
    'deploy ALL=NOPASSWD: ! ALL' 'deploy ALL=/bin/x NOPASSWD\: ALL' \
    'ALL, ! %#997, !deploy ALL=NOPASSWD:ALL'; do
	sound_after "$(rule "$rule")"
done
lines() { printf 'printf %%b %q >>etc/sudoers.d/deploy' "$1"; }
sick "$(lines 'User_Alias F = "deploy" : G = !bob, F\nG ALL=NOPASSWD: ALL\n')" \
    warning etc/sudoers.d/deploy:3 "$free"
# A comment is not continued, and anything else is.
sick "$(lines '# c \\\ndeploy ALL=(ALL) NOPASSWD: ALL\n')" warning \
    etc/sudoers.d/deploy:3 "$free"
sick "$(lines 'bob ALL=ALL # c \\\ndeploy ALL=(ALL) NOPASSWD: ALL\n')" \
    warning etc/sudoers.d/deploy:3 "$free"
sick "$(lines 'deploy ALL= \\ \r\n NOPASSWD: ALL\r\n')" warning \
    etc/sudoers.d/deploy:2 "$free"
sound_after "$(lines 'bob ALL= \\\ndeploy ALL=NOPASSWD: ALL\n')"

t 'check: the last rule for a command is the one that holds'
for rule in ALL=ALL 'ALL=(ALL) PASSWD: /bin/x' 'ALL=(root) ALL' \
    'ALL=(ALL:ALL) !ALL'; do
	sound_after "$(lines "deploy ALL=NOPASSWD: /bin/x\n%apikey $rule\n")"
done
sound_after "$(rule 'deploy ALL=NOPASSWD: /bin/x, PASSWD: ALL')"
for rule in 'deploy H=ALL' 'deploy ALL=(bob) ALL' 'deploy ALL=/bin/y' \
    'bob ALL=ALL' 'deploy ALL=NOPASSWD:ALL'; do
	in_tree "$(lines "deploy ALL=NOPASSWD: /bin/x\n$rule\n")"
	look 8
	want_finding warning etc/sudoers.d/deploy:2 "$free"
done
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
sound_after 'echo "#include" >>etc/sudoers; echo " #include x" >>etc/sudoers'
sick 'rm -r etc/sudoers.d; touch etc/sudoers.d
    echo "Defaults timestamp_timeout=0" >>etc/sudoers' note etc/sudoers \
    'sudoers.d: cannot be read: Not a directory'
only etc/pam.d etc/sudoers.d
# Who is asked by "sudo -i" alone is asked by sudo.
sick "sed -i /pam_apikey/d etc/pam.d/sudo
    sed -i 's/\"sudo\", //' $KEYS/$KEY.conf
    $(rule 'deploy ALL=NOPASSWD: ALL')" warning etc/sudoers.d/deploy:2 \
    'for no key here'
