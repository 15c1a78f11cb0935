/*
   What does not belong into a picture. A rule's name is the sign `image.<name>` of the catalogue, or a mark that the
   parser looks at. Patterns are long enough that compressed pixels do not hold them by chance. `long_base64` is none of
   them: the automaton has nothing to begin with in it, and took 6 to 27 ms for 1 MiB; `hidden.py` looks for it.
*/

rule php_inside
{
    strings:
        $a = "<?php" nocase
        $b = /<\?= {0,2}[\$@a-z_`\(][ -~]{10}/
        $c = /<script language ?= ?["']?php/ nocase
    condition:
        any of them
}

rule php_runs_orders
{
    strings:
        $tag1 = "<?php" nocase
        $tag2 = "<?="
        $tag3 = "<? "
        $run = /\b(eval|assert|system|exec|shell_exec|passthru|popen|proc_open|create_function|include|require|preg_replace)\b[\s\(@'"]{1,8}[^\x00]{0,80}(\$_(GET|POST|REQUEST|COOKIE|SERVER|FILES)|base64_decode|gzinflate|str_rot13|php:\/\/input)/ nocase
        $var = /\$_(GET|POST|REQUEST|COOKIE)\s*\[[^\]\x00]{1,40}\]\s*\(/
        $back = /<\?= {0,2}`\$_(GET|POST|REQUEST)/
    condition:
        $back or (any of ($tag*) and any of ($run, $var))
}

rule script_inside
{
    strings:
        $a = /<script[ >\/]/ nocase
        $b = "<hta:application" nocase
        $c = "javascript:eval(" nocase
        $d = /on(load|error) ?= ?["'](eval|alert|fetch|document|window|location)/ nocase
    condition:
        any of them
}

rule runs_on_windows
{
    strings:
        $a1 = "ActiveXObject" nocase
        $a2 = "WScript.Shell" nocase
        $a3 = /CreateObject ?\(/ nocase
        $a4 = /powershell(\.exe)? [\-\/]/ nocase
        $a5 = "<hta:application" nocase
        $a6 = "mshta " nocase
    condition:
        any of them
}

rule coded_program
{
    strings:
        $a1 = "TVqQAAMAAAAEAAAA"
        $a2 = "TVpQAAIAAAAEAA8A"
        $a3 = "TVqAAAEAAAAEABAA"
        $a4 = "TVpFUugAAABbSIPr"
        $b1 = "<<BASE64_START>>"
        $b2 = "BASE64_START"
        $b3 = "BaseStart-"
        $c1 = "AAAAEAAAAMAAQqVT"
        $h1 = "4d5a90000300000004000000ffff" nocase
    condition:
        any of them
}

rule known_loader
{
    strings:
        $a = { 49 44 41 54 C6 A5 79 EA }
    condition:
        $a
}

rule code_in_exif
{
    strings:
        $a = /\/\.\*\/e[a-z]?[\x00-\x20]/
        $b1 = "base64_decode("
        $b2 = "eval("
    condition:
        $a and any of ($b*)
}

rule dos_stub
{
    strings:
        $a = "!This program cannot be run in DOS mode."
        $b = "This program must be run under Win32"
    condition:
        any of them
}
