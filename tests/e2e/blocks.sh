# shellcheck shell=bash
# blocks.sh - the README's blocks of commands, run as they stand there, in
# one shell as it were.  Sourced by themes that need it.

README=$MACHINE_SRC/README.md
# What a block sets, and a later one uses.
KEPT='id new user examples since image'

# block TEXT: the commands of the one block that holds TEXT.
block()
{
	awk -v text="$1" '
		/^```sh$/ { inside = 1; lines = ""; next }
		/^```$/ && inside {
			inside = 0
			if (index(lines, text)) { printf "%s", lines; exit }
		}
		inside { lines = lines $0 "\n" }
	' "$README"
}

# run_block TEXT: run that block; any command that fails ends it.
run_block()
{
	{
		[ ! -e "$WORK/variables" ] || cat "$WORK/variables"
		block "$1"
		printf '{ declare -p %s; declare -f; } 2>/dev/null >%s || :\n' \
		    "$KEPT" "$WORK/variables"
	} >"$WORK/step"
	[ -n "$(block "$1")" ] || problem "there is no block with: $1"
	run env -C "$MACHINE_SRC" HOME=/root "B=$MACHINE_BUILD" \
	    MAKEFLAGS=-s timeout 120 bash -e "$WORK/step"
}

# step WHAT TEXT: the same, as a case.
step()
{
	t "README: $1"
	run_block "$2"
}

# login FILE: with the key in it, as the README does.
login()
{
	run sshpass -f "$1" ssh deploy@localhost id -un
}

# The distribution's own configuration, on the usual port.
setup_own_sshd()
{
	[ ! -e /usr/share/openssh/sshd_config ] ||
	    cp /usr/share/openssh/sshd_config /etc/ssh/sshd_config
	rm -f /etc/ssh/sshd_config.d/*
	ssh-keygen -A >/dev/null
	PORT=22
}
