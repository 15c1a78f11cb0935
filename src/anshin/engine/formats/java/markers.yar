/*
   Names and strings in the constant pool of one Java class. A rule's name is the sign `java.<name>` of the catalogue, or a
   word for the learned model. What belongs together stands in one class here: a large program has everything somewhere.
*/

rule downloads
{
    strings:
        $a1 = "java/net/URL"
        $a2 = "java/net/http/HttpClient"
        $b1 = "openStream"
        $b2 = "openConnection"
        $b3 = "BodyHandlers"
        $c1 = "java/io/FileOutputStream"
        $c2 = "java/nio/file/Files"
        $c3 = "transferFrom"
    condition:
        any of ($a*) and any of ($b*) and any of ($c*)
}

rule runs_programs
{
    strings:
        $a1 = "java/lang/Runtime"
        $a2 = "java/lang/ProcessBuilder"
        $b1 = "exec"
        $b2 = "start"
    condition:
        ($a1 and $b1) or ($a2 and $b2)
}

rule temporary_place
{
    strings:
        $a1 = "java.io.tmpdir"
        $a2 = "createTempFile"
        $a3 = "APPDATA" nocase
        $a4 = "TEMP\x01"
        $a5 = "\\AppData\\"
    condition:
        any of them
}

rule names_program
{
    strings:
        $a = /\.(exe|bat|vbs|scr|ps1)[^A-Za-z0-9_]/
    condition:
        $a
}

rule defines_classes
{
    strings:
        $a1 = "defineClass"
        $a2 = "java/lang/ClassLoader"
        $a3 = "defineAnonymousClass"
    condition:
        ($a1 and $a2) or $a3
}

rule decrypts
{
    strings:
        $a1 = "javax/crypto/Cipher"
        $a2 = "doFinal"
        $a3 = "javax/crypto/CipherInputStream"
    condition:
        ($a1 and $a2) or $a3
}

rule reads_resource
{
    strings:
        $a = "getResourceAsStream"
    condition:
        $a
}

rule hooks_keys
{
    strings:
        $a1 = "org/jnativehook/"
        $a2 = "com/github/kwhat/jnativehook/"
        $a3 = "SetWindowsHookEx"
        $b1 = "nativeKeyPressed"
        $b2 = "WH_KEYBOARD_LL"
    condition:
        any of ($a*) and any of ($b*)
}

rule takes_pictures
{
    strings:
        $a1 = "java/awt/Robot"
        $a2 = "createScreenCapture"
    condition:
        all of them
}

rule known_rat
{
    strings:
        $s1 = "hrdp-install"
        $s2 = "o-keylogger"
        $s3 = "rev-proxy"
        $s4 = "chrome-pass"
        $s5 = "foxmail-pass"
        $s6 = "down-n-exec"
        $s7 = "hrdp-new"
        $j1 = "operational/Jrat"
        $j2 = "de/sogomn/rat/"
        $j3 = "com/strigoi/"
        $j4 = "carLambo"
        $j5 = "org/jrat/"
        $j6 = "su/jrat"
        $j7 = "opt/unrecom"
    condition:
        3 of ($s*) or any of ($j*)
}

rule run_key
{
    strings:
        $a1 = "\\CurrentVersion\\Run" nocase
        $b1 = "reg add" nocase
        $b2 = "registrySetStringValue"
        $b3 = "regedit"
        $b4 = "java/util/prefs/WindowsPreferences"
        $c1 = "Start Menu\\Programs\\Startup" nocase
        $c2 = "/Library/LaunchAgents"
        $c3 = "/.config/autostart"
    condition:
        ($a1 and any of ($b*)) or $c1 or all of ($c2, $c3)
}

rule kills_guards
{
    strings:
        $a1 = "MsMpEng" nocase
        $a2 = "avastui" nocase
        $a3 = "avgui" nocase
        $a4 = "mbam.exe" nocase
        $a5 = "ekrn.exe" nocase
        $a6 = "avp.exe" nocase
        $a7 = "bdagent" nocase
        $a8 = "egui.exe" nocase
        $a9 = "mcshield" nocase
        $a10 = "SavService" nocase
        $a11 = "AvastSvc" nocase
        $a12 = "procexp.exe" nocase
        $a13 = "wireshark.exe" nocase
        $a14 = "ProcessHacker.exe" nocase
    condition:
        5 of them
}

rule sends_to_chat
{
    strings:
        $a1 = "discord.com/api/webhooks/"
        $a2 = "discordapp.com/api/webhooks/"
        $a3 = "api.telegram.org/bot"
    condition:
        any of them
}

rule game_accounts
{
    strings:
        $a1 = "launcher_accounts.json"
        $a2 = "launcher_profiles.json"
        $a3 = "func_111286_b"
        $a4 = "func_148254_d"
        $a5 = "getSessionID"
        $a6 = "essential/microsoft_accounts.json"
        $a7 = "feather/accounts.json"
        $a8 = "lunarclient/settings/game/accounts.json"
    condition:
        2 of them
}

rule chat_tokens
{
    strings:
        $a1 = "leveldb"
        $b1 = "discord" nocase
        $c1 = "[\\w-]{24}"
        $c2 = "dQw4w9WgXcQ"
        $c3 = "mfa\\.["
        $c4 = "[\\w]{24}"
    condition:
        $a1 and $b1 and any of ($c*)
}

rule browser_passwords
{
    strings:
        $a1 = "Login Data"
        $a2 = "Local State"
        $a3 = "encrypted_key"
        $a4 = "CryptUnprotectData"
        $a5 = "logins.json"
        $a6 = "key4.db"
    condition:
        3 of them
}

rule hidden_powershell
{
    strings:
        $a1 = "powershell" nocase
        $b1 = "-enc" nocase
        $b2 = "-WindowStyle Hidden" nocase
        $b3 = "-w hidden" nocase
        $b4 = "DownloadString" nocase
        $b5 = "-ExecutionPolicy Bypass" nocase
    condition:
        $a1 and 2 of ($b*)
}

rule weakens_defender
{
    strings:
        $a1 = "Add-MpPreference" nocase
        $a2 = "Set-MpPreference" nocase
        $a3 = "DisableRealtimeMonitoring" nocase
        $a4 = "netsh advfirewall set allprofiles state off" nocase
        $a5 = "DisableAntiSpyware" nocase
    condition:
        any of them
}

rule hides_files
{
    strings:
        $a1 = "attrib +h" nocase
        $a2 = "attrib +s +h" nocase
        $a3 = "dos:hidden"
    condition:
        any of them
}

rule breaks_sandbox
{
    strings:
        $a1 = "sun.awt.SunToolkit"
        $a2 = "java/beans/Statement"
        $a3 = "java/security/AllPermission"
        $a4 = "setSecurityManager"
        $a5 = "java/security/ProtectionDomain"
    condition:
        4 of them
}

rule miner
{
    strings:
        $a1 = "stratum+tcp://"
        $b1 = "xmrig" nocase
        $b2 = "cryptonight" nocase
        $b3 = "randomx" nocase
        $b4 = "mining.subscribe"
        $b5 = "donate-level"
        $b6 = ".nanopool.org"
    condition:
        $a1 and any of ($b*)
}

rule uses_reflection
{
    strings:
        $a1 = "java/lang/reflect/Method"
        $a2 = "invoke"
        $a3 = "forName"
    condition:
        all of them
}

rule links
{
    strings:
        $a = /https?:\/\/[a-z0-9]/
    condition:
        $a
}

rule addresses
{
    strings:
        $a = /https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}[:\/]/
    condition:
        $a
}

rule shells
{
    strings:
        $a1 = "cmd.exe"
        $a2 = "/bin/sh"
        $a3 = "/bin/bash"
        $a4 = "powershell"
    condition:
        any of them
}
