# Sourced: lists the project's files, whether it is a clone, an unpacked archive or a planted tree.
project_files() { # project_files PATTERN…: extended regular expressions over the path
    local pattern
    pattern=$(printf '|%s' "$@")
    if [ -e .git ] && command -v git >/dev/null; then
        git ls-files --cached --others --exclude-standard
    else
        find . \( -name .git -o -path ./build -o -path ./demo \) -prune -o -type f -print |
            sed 's|^\./||'
    fi | grep -E "${pattern#|}" | while read -r file; do
        [ -f "$file" ] && echo "$file"
    done | sort -u
}

# "file:line:code" with comments and the content of strings blanked.
code_lines() {
    awk '
    FNR == 1 { inside = 0 }
    {
        line = $0
        out = ""
        while (length(line)) {
            if (inside) {
                end = index(line, "*/")
                if (!end) { line = ""; break }
                line = substr(line, end + 2)
                inside = 0
            } else if (match(line, /"([^"\\]|\\.)*"|\/\*|\/\//)) {
                token = substr(line, RSTART, RLENGTH)
                out = out substr(line, 1, RSTART - 1)
                line = substr(line, RSTART + RLENGTH)
                if (token == "//") line = ""
                else if (token == "/*") inside = 1
                else out = out "\"\""
            } else {
                out = out line
                line = ""
            }
        }
        if (out ~ /[^ ]/) print FILENAME ":" FNR ":" out
    }' "$@" /dev/null
}
