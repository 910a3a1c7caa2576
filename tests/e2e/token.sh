# shellcheck shell=bash
# token.sh - make well-formed tokens with a secret of one's choice.

BASE62=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz

# The checksum of a token: zlib's CRC-32 stands at the end of a gzip file.
token_crc()
{
	local n i crc=''

	n=$(printf '%s' "$1" | gzip -c | tail -c 8 | od -An -tu4 -N4)
	for ((i = 0; i < 6; i++)); do
		crc=${BASE62:n % 62:1}$crc
		n=$((n / 62))
	done
	printf '%s' "$crc"
}

# make_token ID SECRET
make_token()
{
	printf 'apik_%s_%s%s' "$1" "$2" "$(token_crc "apik_$1_$2")"
}

id_of()
{
	printf '%s' "${1:5:10}"
}

# A token with the id of another and a secret that is not its own.
wrong_secret()
{
	local first=A

	[ "${1:16:1}" != A ] || first=B
	make_token "$(id_of "$1")" "$first${1:17:37}"
}
