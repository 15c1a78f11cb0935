/* Scripts. Each rule wants several habits together; none of them alone means anything. */
rule powershell_hidden_download
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1059/001/"
        attack = "T1059.001,T1105,T1564.003"
        weight = 0.92
        ja = "画面を隠して PowerShell を動かし、インターネットから取得したものをそのまま実行しようとします。"
        en = "It runs PowerShell with a hidden window and executes what it downloads from the internet."
    strings:
        $shell = /\b(powershell|pwsh)(\.exe)?\b/ nocase ascii wide
        $hidden = /[\-\/]w(indowstyle|in|i)?\s+(hidden|hid|1)\b/ nocase ascii wide
        $fetch1 = "DownloadString" nocase ascii wide
        $fetch2 = "DownloadFile" nocase ascii wide
        $fetch3 = "DownloadData" nocase ascii wide
        $fetch4 = /\b(Invoke-WebRequest|iwr|Invoke-RestMethod|irm|Start-BitsTransfer)\s+[^\n]{0,80}https?:/ nocase ascii wide
        $run1 = /\b(iex|Invoke-Expression)\b/ nocase ascii wide
        $run2 = /\bStart-Process\b/ nocase ascii wide
        $free1 = /-(ep|ex|exec|executionpolicy)\s+(bypass|unrestricted)/ nocase ascii wide
        $free2 = /-(nop|noprofile)\b/ nocase ascii wide
    condition:
        filesize < 2MB and file_kind != "pe" and file_kind != "elf" and file_kind != "pdf" and
        $shell and $hidden and any of ($fetch*) and any of ($run*) and any of ($free*)
}

rule powershell_hidden_encoded
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        attack = "T1059.001,T1027.010,T1564.003"
        weight = 0.7
        ja = "画面を隠した PowerShell に、中身を読めない形に変えた長い命令を渡しています。"
        en = "It hands PowerShell, with a hidden window, a long command in a form that nobody can read."
    strings:
        $line1 = /(powershell|pwsh)(\.exe)?[^\n]{0,200}[\-\/]w(indowstyle|in|i)?\s+(hidden|hid|1)\b[^\n]{0,200}[\-\/]e(c|nc|ncodedcommand)?\s+["']?[A-Za-z0-9+\/=]{80}/ nocase
        $line2 = /(powershell|pwsh)(\.exe)?[^\n]{0,200}[\-\/]e(c|nc|ncodedcommand)?\s+["']?[A-Za-z0-9+\/=]{80,8000}["']?[^\n]{0,200}[\-\/]w(indowstyle|in|i)?\s+(hidden|hid|1)\b/ nocase
    condition:
        filesize < 2MB and file_kind != "pe" and file_kind != "elf" and any of them
}

rule script_dropper
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1059/005/"
        attack = "T1059.005,T1059.007,T1105,T1204.002"
        weight = 0.92
        ja = "インターネットから取得したものをファイルに保存し、すぐに実行するスクリプトです。"
        en = "It is a script that downloads something, saves it as a file and runs it at once."
    strings:
        $http1 = "MSXML2.XMLHTTP" nocase
        $http2 = "MSXML2.ServerXMLHTTP" nocase
        $http3 = "WinHttp.WinHttpRequest" nocase
        $http4 = "Microsoft.XMLHTTP" nocase
        $save1 = "ADODB.Stream" nocase
        $save2 = "SaveToFile" nocase
        $run1 = /\.ShellExecute\b/ nocase
        $run2 = /\.Run[\s(]/ nocase
        $run3 = /\.Exec[\s(]/ nocase
        $host = "WScript.Shell" nocase
        $host2 = "Shell.Application" nocase
        $target = /\.(exe|dll|scr|jse?|vbs|bat|ps1|hta)["']/ nocase
    condition:
        filesize < 1MB and file_kind != "pe" and file_kind != "elf" and file_kind != "pdf" and
        any of ($http*) and all of ($save*) and any of ($run*) and any of ($host*) and $target
}

rule php_web_shell
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        attack = "T1505.003"
        weight = 0.95
        ja = "外部から送られた命令をサーバーでそのまま実行する、不正な PHP プログラム（Web シェル）です。"
        en = "It is a web shell: a PHP program that runs on the server whatever is sent to it from outside."
    strings:
        $php = "<?php" nocase
        $php2 = "<?="
        $run = /\b(eval|assert|system|exec|shell_exec|passthru|popen|proc_open)\s*\(\s*(@?\s*(base64_decode|gzinflate|str_rot13|stripslashes|trim|rawurldecode|urldecode)\s*\(\s*){0,3}@?\s*\$_(GET|POST|REQUEST|COOKIE)\s*\[/ nocase
        $call = /[^\w>:$]\$_(GET|POST|REQUEST|COOKIE)\s*\[[^\]\n]{1,40}\]\s*\(\s*@?\$_(GET|POST|REQUEST|COOKIE)/ nocase
    condition:
        filesize < 2MB and file_kind != "pe" and file_kind != "elf" and any of ($php*) and ($run or $call)
}
