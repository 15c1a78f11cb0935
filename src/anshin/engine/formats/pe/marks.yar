/* What a program says in its texts. Each rule is one mark; `text.py` turns it into the sign pe.<name>.
   Marks of commands and paths need the whole command or several names together: honest programs speak of single ones. */

rule text_shadow_delete {
    strings:
        $a = /vssadmin(\.exe)?"?[ ,'"]{1,4}delete[ ,'"]{1,4}shadows/ nocase ascii wide
        $b = /wmic(\.exe)?"?[ ,'"]{1,4}shadowcopy[ ,'"]{1,4}(\/nointeractive )?delete/ nocase ascii wide
        $c = /vssadmin(\.exe)?"?[ ,'"]{1,4}resize[ ,'"]{1,4}shadowstorage/ nocase ascii wide
        $d = /get-wmiobject win32_shadowcopy[^\n]{1,60}delete\(/ nocase ascii wide
    condition: any of them
}

rule text_recovery_off {
    strings:
        $a = /bcdedit(\.exe)?[^\n\x00]{1,40}recoveryenabled[ =]{1,3}(no|off)/ nocase ascii wide
        $b = /bcdedit(\.exe)?[^\n\x00]{1,40}ignoreallfailures/ nocase ascii wide
        $c = /wbadmin(\.exe)?[ ]{1,3}delete[ ]{1,3}(catalog|systemstatebackup)/ nocase ascii wide
        $d = /reagentc(\.exe)?[ ]{1,3}\/disable/ nocase ascii wide
    condition: any of them
}

rule text_defender_off {
    strings:
        $a = /set-mppreference[^\n\x00]{1,80}-disable(realtimemonitoring|ioavprotection|behaviormonitoring|scriptscanning)/ nocase ascii wide
        $b = /reg(\.exe)? add[^\n\x00]{1,120}disable(antispyware|realtimemonitoring|behaviormonitoring)/ nocase ascii wide
        $c = /(sc(\.exe)? (stop|delete)|net(\.exe)? stop) "?(windefend|wdnissvc|sense|securityhealthservice)/ nocase ascii wide
        $d = /netsh(\.exe)? advfirewall set allprofiles state off/ nocase ascii wide
        $e = /netsh(\.exe)? firewall set opmode (mode=)?disable/ nocase ascii wide
    condition: any of them
}

rule text_defender_exclusion {
    strings:
        $a = /add-mppreference[^\n\x00]{1,40}-exclusion(path|process|extension)/ nocase ascii wide
    condition: $a
}

rule text_ransom_note {
    strings:
        $a = /(all (of )?)?your (important |personal |company )?(files|documents|data)[^\n\x00]{0,60}(have been|has been|are|were) (encrypted|locked)/ nocase ascii wide
        $b = /(to|can) (decrypt|recover|restore|get back)[ ](all )?(of )?your (files|data|documents)/ nocase ascii wide
        $c = /(do not|don't) (try to )?(rename|modify|decrypt|delete)[^\n\x00]{0,30}(encrypted )?(files|data)/ nocase ascii wide
        $d = /(pay|payment|send|ransom)[^\n\x00]{0,60}(bitcoin|btc|monero|xmr)/ nocase ascii wide
        $e = /(decryptor|decryption (tool|key|software))/ nocase ascii wide
        $f = /(private key|decryption key)[^\n\x00]{0,60}(destroyed|deleted|price|doubled)/ nocase ascii wide
        $g = /(leak|publish|sell)[^\n\x00]{0,40}(your|stolen) (data|files)/ nocase ascii wide
        $h = "torproject.org/download" nocase ascii wide
        // the same in Japanese, as UTF-8 and as UTF-16: "your files" / "all files", "were encrypted", "bitcoin" / "ransom"
        $j1 = "あなたのファイル"
        $j2 = "すべてのファイル"
        $j3 = { 42 30 6A 30 5F 30 6E 30 D5 30 A1 30 A4 30 EB 30 }
        $j4 = { 59 30 79 30 66 30 6E 30 D5 30 A1 30 A4 30 EB 30 }
        $k1 = "暗号化され"
        $k2 = { 97 66 F7 53 16 53 55 30 8C 30 }
        $l1 = "ビットコイン"
        $l2 = "身代金"
        $l3 = { D3 30 C3 30 C8 30 B3 30 A4 30 F3 30 }
        $l4 = { AB 8E E3 4E D1 91 }
    condition:
        ($a and 1 of ($b, $c, $d, $e, $f, $g, $h)) or 4 of ($a, $b, $c, $d, $e, $f, $g, $h)
        or (any of ($j*) and any of ($k*) and any of ($l*))
}

rule text_onion {
    strings: $a = /[^a-z2-7][a-z2-7]{56}\.onion/ ascii wide
    condition: $a
}

rule text_miner {
    strings:
        $pool = /stratum\+(tcp|ssl|tls):\/\// nocase ascii wide
        $a = "donate-level" ascii wide
        $b = "randomx" nocase ascii wide
        $c = "cryptonight" nocase ascii wide
        $d = "xmrig" nocase ascii wide
        $e = "--cpu-max-threads-hint" ascii wide
        $f = "nanopool.org" nocase ascii wide
        $g = "minexmr" nocase ascii wide
        $h = "mining.submit" ascii wide
        $i = "nicehash" nocase ascii wide
    condition: ($pool and 2 of ($a, $b, $c, $d, $e, $f, $g, $h, $i)) or 5 of them
}

rule text_browser_credentials {
    strings:
        $login = "\\Login Data" nocase ascii wide
        $login2 = "/Login Data" nocase ascii wide
        $query = /select [^\x00]{0,60}password_value[^\x00]{0,60}from logins/ nocase ascii wide
        $fox = "logins.json" nocase ascii wide
        $key = "key4.db" nocase ascii wide
        $state = "\\Local State" nocase ascii wide
        $crypt = "encrypted_key" ascii wide
        $b1 = "\\Google\\Chrome\\User Data" nocase ascii wide
        $b2 = "\\Microsoft\\Edge\\User Data" nocase ascii wide
        $b3 = "\\Opera Software\\" nocase ascii wide
        $b4 = "\\BraveSoftware\\Brave-Browser" nocase ascii wide
        $b5 = "\\Yandex\\YandexBrowser" nocase ascii wide
        $b6 = "\\Vivaldi\\User Data" nocase ascii wide
        $b7 = "\\Mozilla\\Firefox\\Profiles" nocase ascii wide
        $b8 = "\\CocCoc\\Browser" nocase ascii wide
        $b9 = "\\Torch\\User Data" nocase ascii wide
    condition:
        (any of ($login, $login2, $query) and (any of ($query, $state, $crypt)) and any of ($b1, $b2, $b3, $b4, $b5, $b6, $b8, $b9))
        or ($fox and $key and 2 of ($b*))
        or (any of ($login, $login2) and 3 of ($b*))
}

rule text_wallets {
    strings:
        $a = "\\Exodus\\exodus.wallet" nocase ascii wide
        $b = "\\Electrum\\wallets" nocase ascii wide
        $c = "\\Ethereum\\keystore" nocase ascii wide
        $d = "\\atomic\\Local Storage" nocase ascii wide
        $e = "\\Coinomi\\Coinomi\\wallets" nocase ascii wide
        $f = "\\Bytecoin" nocase ascii wide
        $g = "\\Armory" ascii wide
        $h = "\\Zcash" nocase ascii wide
        $i = "wallet.dat" nocase ascii wide
        $j = "\\Guarda\\Local Storage" nocase ascii wide
        $k = "nkbihfbeogaeaoehlefnkodbefgpgknn" ascii wide
        $l = "ibnejdfjmmkpcnlpebklmnkoeoihofec" ascii wide
        $m = "fhbohimaelbohpjbbldcngcnapndodjp" ascii wide
        $n = "hnfanknocfeofbddgcijnmhnfnkdnaad" ascii wide
        $o = "bfnaelmomeimhlpmgjnjophhpkkoljpa" ascii wide
        $p = "\\Jaxx\\" nocase ascii wide
        $q = "\\Ledger Live" nocase ascii wide
    condition: 3 of them
}

rule text_webhook {
    strings:
        $a = /discord(app)?\.com\/api\/(v\d+\/)?webhooks\/\d{15,20}\/[\w\-]{12}/ ascii wide
        $b = /api\.telegram\.org\/bot\d{7,12}:[\w\-]{12}/ ascii wide
    condition: any of them
}

rule text_bot_channel {
    strings:
        $a = "api.telegram.org/bot" ascii wide
        $b = "discord.com/api/webhooks/" ascii wide
        $c = "discordapp.com/api/webhooks/" ascii wide
    condition: any of them
}

rule text_powershell_hidden {
    strings:
        $a = /powershell(\.exe)?["']?[^\n\x00]{0,120}-(w|win|window|windowstyle) +("|')?(h|hid|hidden|1)\b[^\n\x00]{0,200}(-e(c|nc|ncodedcommand)? |downloadstring|iex|invoke-expression|frombase64string|webclient)/ nocase ascii wide
        $b = /powershell(\.exe)?["']?[^\n\x00]{0,120}(-e(c|nc|ncodedcommand) +[A-Za-z0-9+\/]{40}|downloadstring *\()/ nocase ascii wide
        $c = /powershell(\.exe)?["']?[^\n\x00]{0,80}-ep? *bypass[^\n\x00]{0,80}(iex|invoke-expression|downloadfile|downloadstring)/ nocase ascii wide
    condition: any of them
}

rule text_download_command {
    strings:
        $a = /certutil(\.exe)?[^\n\x00]{0,60}-urlcache[^\n\x00]{0,60}http/ nocase ascii wide
        $b = /bitsadmin(\.exe)?[^\n\x00]{0,30}\/transfer[^\n\x00]{0,80}http/ nocase ascii wide
        $c = /mshta(\.exe)?["']? +("|')?(http|javascript:|vbscript:)/ nocase ascii wide
        $d = /regsvr32(\.exe)?[^\n\x00]{0,40}\/i:https?:/ nocase ascii wide
        $e = /rundll32(\.exe)?[^\n\x00]{0,30}javascript:/ nocase ascii wide
        $f = /(curl|wget)(\.exe)?[^\n\x00]{1,80}https?:[^\n\x00]{1,120}&+ *(start|cmd|rundll32|powershell)/ nocase ascii wide
    condition: any of them
}

rule text_run_key {
    strings:
        $a = "Software\\Microsoft\\Windows\\CurrentVersion\\Run" nocase ascii wide
        $b = "Software\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon" nocase ascii wide
        $c = "\\Start Menu\\Programs\\Startup" nocase ascii wide
    condition: any of them
}

rule text_task_create {
    strings: $a = /schtasks(\.exe)?["']?[^\n\x00]{0,20}\/create/ nocase ascii wide
    condition: $a
}

rule text_uac_bypass {
    strings:
        $a = "\\ms-settings\\shell\\open\\command" nocase ascii wide
        $b = "\\mscfile\\shell\\open\\command" nocase ascii wide
        $c = "DelegateExecute" nocase ascii wide
        $d = "fodhelper.exe" nocase ascii wide
        $e = "computerdefaults.exe" nocase ascii wide
        $f = "eventvwr.exe" nocase ascii wide
        $g = "{3E5FC7F9-9A51-4367-9063-A120244FBEC7}" nocase ascii wide
        $h = "Elevation:Administrator!new:" nocase ascii wide
    condition: ($a and any of ($c, $d, $e)) or ($b and $f) or ($g and $h)
}

rule text_watchers {
    strings:
        $a = "ollydbg" nocase ascii wide
        $b = "x64dbg" nocase ascii wide
        $c = "x32dbg" nocase ascii wide
        $d = "wireshark" nocase ascii wide
        $e = "procmon" nocase ascii wide
        $f = "processhacker" nocase ascii wide
        $g = "SbieDll.dll" nocase ascii wide
        $h = "vmtoolsd" nocase ascii wide
        $i = "VBoxService" nocase ascii wide
        $j = "VBoxTray" nocase ascii wide
        $k = "fiddler" nocase ascii wide
        $l = "dnspy" nocase ascii wide
        $m = "joeboxcontrol" nocase ascii wide
        $n = "cuckoomon" nocase ascii wide
        $o = "immunitydebugger" nocase ascii wide
        $p = "importrec" nocase ascii wide
        $q = "petools" nocase ascii wide
        $r = "httpdebugger" nocase ascii wide
        $s = "de4dot" nocase ascii wide
    condition: 5 of them
}

rule text_amsi {
    strings:
        $a = "AmsiScanBuffer" ascii wide
        $b = "EtwEventWrite" ascii wide
        $c = "VirtualProtect" ascii wide
        $d = "amsi.dll" nocase ascii wide
    condition: $a and $c and ($b or $d)
}

rule text_kill_services {
    strings:
        $stop = /(net(1)?(\.exe)? stop|sc(\.exe)? (stop|config)|taskkill(\.exe)? [^\n\x00]{0,20}\/im) "?(sql|mssql|vss|veeam|backup|acronis|sophos|mysql|oracle|exchange|msexchange|memtas|mepocs|outlook|excel|winword|quickbooks|postgres)/ nocase ascii wide
        $l1 = "MSSQLSERVER" nocase ascii wide
        $l2 = "VeeamDeploymentService" nocase ascii wide
        $l3 = "BackupExecAgent" nocase ascii wide
        $l4 = "mepocs" nocase ascii wide
        $l5 = "memtas" nocase ascii wide
        $l6 = "GxVss" ascii wide
        $l7 = "QBIDPService" nocase ascii wide
        $l8 = "AcronisAgent" nocase ascii wide
        $l9 = "sqbcoreservice" nocase ascii wide
        $la = "xfssvccon" nocase ascii wide
        $lb = "tbirdconfig" nocase ascii wide
        $lc = "ocautoupds" nocase ascii wide
    condition: #stop >= 3 or 5 of ($l*)
}

rule text_credential_tool {
    strings:
        $a = "sekurlsa::" nocase ascii wide
        $b = "lsadump::" nocase ascii wide
        $c = "kerberos::golden" nocase ascii wide
        $d = "gentilkiwi" nocase ascii wide
        $e = "privilege::debug" nocase ascii wide
        $f = "token::elevate" nocase ascii wide
    condition: 2 of them
}

rule text_lsass {
    strings:
        $a = "lsass.exe" nocase ascii wide
        $b = "MiniDumpWriteDump" ascii wide
        $c = /comsvcs(\.dll)?,? *(#24|minidump)/ nocase ascii wide
    condition: ($a and $b) or $c
}

rule text_self_delete {
    strings:
        $a = /(ping(\.exe)? +(127\.0\.0\.1|localhost|1\.1\.1\.1)|timeout(\.exe)? +\/t|choice(\.exe)? +\/c)[^\n\x00]{1,60}& *(del|erase|rmdir)\b/ nocase ascii wide
    condition: $a
}

rule text_beacon {
    strings:
        $a = "ReflectiveLoader" ascii
        $b = "beacon.dll" nocase ascii
        $c = "beacon.x64.dll" nocase ascii
        $d = /\\\\\.\\pipe\\(msagent_|msse-|postex_|status_)/ nocase ascii wide
        $e = "%02d/%02d/%02d %02d:%02d:%02d" ascii
        $f = "Started service %s on %s" ascii
        $g = "IEX (New-Object Net.Webclient).DownloadString('http://127.0.0.1:%u/')" ascii
    condition: 3 of them or ($a and any of ($b, $c, $d, $g))
}

rule code_api_hash {
    /* the loop that looks for functions by a hash of their names, as exploit frameworks write it */
    strings:
        $a = { AC 3C 61 7C 02 2C 20 C1 CF 0D 01 C7 }
        $b = { AC 3C 61 7C 02 2C 20 41 C1 C9 0D 41 01 C1 }
        $c = { 31 C0 AC C1 CF 0D 01 C7 38 E0 75 }
        $d = { AC 41 C1 C9 0D 41 01 C1 38 E0 75 }
    condition: any of them
}

rule text_worm {
    strings:
        $a = "autorun.inf" nocase ascii wide
        $b = "[autorun]" nocase ascii wide
        $c = /shell\\open\\command *=/ nocase ascii wide
        $d = "shellexecute=" nocase ascii wide
    condition: $a and $b and any of ($c, $d)
}

rule text_keylog {
    strings:
        $a = "[BACKSPACE]" nocase ascii wide
        $b = "[CAPSLOCK]" nocase ascii wide
        $c = "[CAPS LOCK]" nocase ascii wide
        $d = "[ENTER]" nocase ascii wide
        $e = "[TAB]" nocase ascii wide
        $f = "[CTRL]" nocase ascii wide
        $g = "[ESC]" nocase ascii wide
        $h = "keylog" nocase ascii wide
        $i = "[Clipboard" nocase ascii wide
        $j = "[WIN]" nocase ascii wide
    condition: 5 of them or ($h and 3 of them)
}

rule text_remote_control {
    strings:
        $a = "reverse shell" nocase ascii wide
        $b = "hvnc" nocase ascii wide
        $c = "keylogger" nocase ascii wide
        $d = "getwebcam" nocase ascii wide
        $e = "webcam" nocase ascii wide
        $f = "stealer" nocase ascii wide
        $g = "remote desktop" nocase ascii wide
        $h = "bypassuac" nocase ascii wide
        $i = "killav" nocase ascii wide
        $j = "ddos" nocase ascii wide
        $k = "slowloris" nocase ascii wide
        $l = "process hollowing" nocase ascii wide
        $m = "passwordrecovery" nocase ascii wide
        $n = "botkiller" nocase ascii wide
        $o = "anti-vm" nocase ascii wide
        $p = "antivm" nocase ascii wide
        $q = "GetActiveWindowTitle" nocase ascii wide
    condition: 4 of them
}

rule text_exfil_mail {
    strings:
        $a = "smtp.gmail.com" nocase ascii wide
        $b = /smtp\.(yandex|mail|zoho|yahoo|office365|outlook|privateemail|hostinger)\.[a-z]{2,5}/ nocase ascii wide
        $c = /ftp:\/\/[\w.\-]{3,40}:[^@\s\x00]{4,40}@/ nocase ascii wide
    condition: any of them
}

rule text_ip_lookup {
    strings:
        $a = "api.ipify.org" nocase ascii wide
        $b = "ip-api.com/" nocase ascii wide
        $c = "checkip.dyndns.org" nocase ascii wide
        $d = "icanhazip.com" nocase ascii wide
        $e = "ipinfo.io/" nocase ascii wide
        $f = "freegeoip" nocase ascii wide
        $g = "ifconfig.me" nocase ascii wide
        $h = "wtfismyip.com" nocase ascii wide
    condition: any of them
}

rule text_paste_site {
    strings:
        $a = "pastebin.com/raw/" nocase ascii wide
        $b = "paste.ee/r/" nocase ascii wide
        $c = "hastebin.com/raw/" nocase ascii wide
        $d = "rentry.co/" nocase ascii wide
        $e = "transfer.sh/" nocase ascii wide
        $f = "cdn.discordapp.com/attachments/" nocase ascii wide
    condition: any of them
}

rule code_xor_program {
    strings: $a = "This program cannot be run in DOS mode" xor(0x01-0xff)
    condition: $a
}

rule text_base64_program {
    strings:
        $a = "TVqQAAMAAAAEAAAA" ascii wide
        $b = "TVpQAAIAAAAEAA8A" ascii wide
        $c = "TVqAAAEAAAAEABAA" ascii wide
        $d = "AAAAEAAAAMAAQqVT" ascii wide
    condition: any of them
}

rule hidden_names {
    /* not a sign by itself: which of these names the program does not import is asked in behaviour.py */
    strings:
        $VirtualAllocEx = "VirtualAllocEx" ascii wide
        $WriteProcessMemory = "WriteProcessMemory" ascii wide
        $CreateRemoteThread = "CreateRemoteThread" ascii wide
        $NtUnmapViewOfSection = /(Nt|Zw)UnmapViewOfSection/ ascii wide
        $NtCreateThreadEx = "NtCreateThreadEx" ascii wide
        $QueueUserAPC = "QueueUserAPC" ascii wide
        $SetThreadContext = "SetThreadContext" ascii wide
        $RtlCreateUserThread = "RtlCreateUserThread" ascii wide
        $NtWriteVirtualMemory = /(Nt|Zw)WriteVirtualMemory/ ascii wide
        $NtQueueApcThread = "NtQueueApcThread" ascii wide
        $ReadProcessMemory = "ReadProcessMemory" ascii wide
        $CryptUnprotectData = "CryptUnprotectData" ascii wide
        $URLDownloadToFile = "URLDownloadToFile" ascii wide
        $MiniDumpWriteDump = "MiniDumpWriteDump" ascii wide
        $SetWindowsHookEx = "SetWindowsHookEx" ascii wide
        $NtSetInformationThread = /(Nt|Zw)SetInformationThread/ ascii wide
    condition: any of them
}
