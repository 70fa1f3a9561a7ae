#!/usr/bin/env bats
# scripts/dist: a release's tarball, digest and list of parts; what packages share with the rest.

bats_require_minimum_version 1.5.0
load support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# release DIR: of the commit at hand.
release() {
    git -C "$ROOT" rev-parse -q --verify HEAD >/dev/null || skip "this is no git repository"
    "$ROOT/scripts/dist" HEAD "$PWD/$1"
    version=$(git -C "$ROOT" show HEAD:debian/changelog | sed -n '1s/^[^ ]* (\([0-9.]*\)-.*/\1/p')
    name=coco-$version
}

@test "the tarball holds what is committed, below one folder, and its digest is right" {
    release out
    [ "$(ls out | xargs)" = "$name.spdx $name.tar.gz $name.tar.gz.sha256" ]
    (cd out && sha256sum -c --status "$name.tar.gz.sha256")
    mkdir tree
    tar -x -C tree -f "out/$name.tar.gz"
    [ "$(ls tree)" = "$name" ]
    git -C "$ROOT" ls-tree -r --name-only HEAD | sort >wanted
    (cd "tree/$name" && find . ! -type d | sed 's|^\./||' | sort) >there
    same wanted there
    [ "$(make -s -C "tree/$name" -pn clean | sed -n 's/^VERSION := //p')" = "$version" ]
}

@test "the same bytes in another time zone, language and with other permissions" {
    release one
    (umask 077 && TZ=Asia/Kathmandu LC_ALL=C release two)
    for suffix in tar.gz tar.gz.sha256 spdx; do same "one/$name.$suffix" "two/$name.$suffix"; done
}

@test "the list of parts names what the commands are linked with, and the tarball's digest" {
    release out
    spdx=out/$name.spdx
    grep -qx "PackageChecksum: SHA256: $(cut -d' ' -f1 "out/$name.tar.gz.sha256")" "$spdx"
    # Each part has a name, an identifier, a licence and a relationship, once.
    parts=$(grep -cv '^#' "$ROOT/scripts/parts")
    for tag in PackageName PackageLicenseDeclared; do [ "$(grep -c "^$tag: ." "$spdx")" = $((parts + 1)) ]; done
    [ "$(grep '^SPDXID: SPDXRef-' "$spdx" | sort -u | wc -l)" = $((parts + 2)) ]
    [ "$(grep -c '^Relationship: ' "$spdx")" = $((parts + 1)) ]
}

@test "one table: scripts/parts has the libraries of the Makefile, no more and no fewer" {
    make -s -C "$ROOT" -pn clean | sed -n 's/^PKGS = //p' | tr -s ' ' '\n' | sort >wanted
    [ -s wanted ]
    grep -v '^#' "$ROOT/scripts/parts" | awk '$1 != "-" { print $1 }' | sort >there
    same wanted there
}

@test "debian/control builds with the packages that scripts/setup installs" {
    "$ROOT/scripts/setup" --list build | grep -v '^gcc$' | sort >wanted
    sed -n '/^Build-Depends:/,/^[^ B]/p' "$ROOT/debian/control" | sed '$d; /<cross>/d; s/^Build-Depends://; s/[ ,]//g; s/<.*//' |
        grep -v '^debhelper' | sort >there
    same wanted there
}

@test "an object has the same bytes from a folder of another name, built in yet another, as packages are compiled" {
    for folder in here there/another-name; do
        mkdir -p "$folder"
        (cd "$ROOT" && cp -r Makefile cmd debian io model pipeline scripts "$BATS_TEST_TMPDIR/$folder")
        build=$PWD/built-$(basename "$folder")
        for object in cmd/cli.o pipeline/common/parts.o; do
            make -s -C "$folder" BUILD="$build" CFLAGS="-O2 -g -ffile-prefix-map=$PWD/$folder=." "$build/obj/$object" >&2
        done
    done
    for object in cmd/cli.o pipeline/common/parts.o; do
        same built-here/obj/$object built-another-name/obj/$object
        [ "$(readelf -S built-here/obj/$object | grep -c '\.debug_info')" -ge 1 ]
    done
}
