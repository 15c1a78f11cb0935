/*
   Strings of interest in programs for macOS, besides those of `programs.yar`. A rule's name is the sign `macho.<name>` of
   the catalogue, or a word for the learned model where the catalogue has no such code.
*/

/* ---- asking people for their password ---- */
rule asks_password
{
    strings:
        $ask1 = /display dialog [^\x00]{0,400}(hidden answer|with hidden)/ nocase
        $ask2 = /display dialog [^\x00]{0,300}(password|パスワード|пароль|contraseña|passwort)[^\x00]{0,300}default answer/ nocase
    condition:
        any of them
}

rule checks_password
{
    strings:
        $a1 = /dscl (\.|\/Local\/Default|\/Search) -?authonly/
        $a2 = "security unlock-keychain -p"
        $a3 = /echo [^\x00\n]{1,60}\| ?sudo -S /
    condition:
        any of them
}

rule browser_key
{
    strings:
        $a = /security [^\x00\n]{0,60}find-generic-password [^\x00\n]{0,30}(-w|-g)?a? ?["'\\]{0,2}(Chrome|Brave|Microsoft Edge|Opera|Chromium|Arc|Vivaldi)/
        $b = /find-generic-password [^\x00\n]{0,40}Safe Storage/
    condition:
        any of them
}

rule keychain
{
    strings:
        $a1 = "login.keychain-db"
        $a2 = "dump-keychain"
        $a3 = "Library/Keychains"
        $a4 = "find-generic-password"
    condition:
        any of them
}

rule browsers
{
    strings:
        $b1 = "Google/Chrome"
        $b2 = "BraveSoftware/Brave-Browser"
        $b3 = "Microsoft Edge"
        $b4 = "Firefox/Profiles"
        $b5 = "com.operasoftware.Opera"
        $b6 = "Vivaldi"
        $b7 = "Yandex/YandexBrowser"
        $b8 = "Arc/User Data"
        $d1 = "Login Data"
        $d2 = "Web Data"
        $d3 = "logins.json"
        $d4 = "key4.db"
        $d5 = "formhistory.sqlite"
        $d6 = "Cookies.binarycookies"
        $d7 = "Local Extension Settings"
    condition:
        3 of ($b*) and 2 of ($d*)
}

rule wallets
{
    strings:
        $a1 = "Exodus/exodus.wallet"
        $a2 = "electrum/wallets" nocase
        $a3 = "atomic/Local Storage"
        $a4 = "Coinomi/wallets"
        $a5 = "Ledger Live"
        $a6 = "Bitcoin/wallets"
        $a7 = "WalletWasabi"
        $a8 = "Monero/wallets"
        $a9 = "DashCore/wallets"
        $a10 = "Guarda/Local Storage"
        $a11 = "@trezor/suite-desktop"
        $a12 = "com.liberty.jaxx"
        $a13 = "Binance/app-store.json"
        $a14 = "Litecoin/wallets"
        $a15 = "Dogecoin/wallets"
        $e1 = "nkbihfbeogaeaoehlefnkodbefgpgknn"
        $e2 = "bfnaelmomeimhlpmgjnjophhpkkoljpa"
        $e3 = "hnfanknocfeofbddgcijnmhnfnkdnaad"
        $e4 = "ibnejdfjmmkpcnlpebklmnkoeoihofec"
        $e5 = "egjidjbpglichdcondbcbdnbeeppgdph"
        $e6 = "fhbohimaelbohpjbbldcngcnapndodjp"
        $e7 = "ejbalbakoplchlghecdalmeeeajnimhm"
    condition:
        4 of them
}

rule notes_and_chats
{
    strings:
        $a1 = "NoteStore.sqlite"
        $a2 = "Telegram Desktop/tdata"
        $a3 = "group.com.apple.notes"
        $a4 = "Messages/chat.db"
        $a5 = "discord/Local Storage"
    condition:
        2 of them
}

rule zips_and_sends
{
    strings:
        $zip1 = "ditto -c -k"
        $zip2 = /zip -[a-z0-9]{1,4} [^\x00\n]{0,60}\/tmp\//
        $send1 = /curl [^\x00\n]{0,120}(-F|--form|--data-binary|-T|--upload-file)[ \x00]/
        $send2 = /curl -X POST [^\x00\n]{0,200}@/
        $send3 = "Content-Disposition: form-data; name=\"file\""
    condition:
        any of ($zip*) and any of ($send*)
}

rule hidden_strings
{
    strings:
        $x1 = "osascript -e" xor(1-31)
        $y1 = "osascript -e" xor(33-255)
        $x2 = "Library/Keychains" xor(1-31)
        $y2 = "Library/Keychains" xor(33-255)
        $x3 = "display dialog" xor(1-31)
        $y3 = "display dialog" xor(33-255)
        $x4 = "Google/Chrome" xor(1-31)
        $y4 = "Google/Chrome" xor(33-255)
        $x5 = "Library/LaunchAgents" xor(1-31)
        $y5 = "Library/LaunchAgents" xor(33-255)
        $x6 = "exodus.wallet" xor(1-31)
        $y6 = "exodus.wallet" xor(33-255)
        $x7 = "system_profiler" xor(1-31)
        $y7 = "system_profiler" xor(33-255)
    condition:
        2 of them
}

rule coded_strings
{
    strings:
        $a1 = "osascript -e" base64
        $a2 = "Library/Keychains" base64
        $a3 = "display dialog" base64
        $a4 = "Library/LaunchAgents" base64
        $a5 = "exodus.wallet" base64
        $a6 = "com.apple.quarantine" base64
    condition:
        2 of them
}

/* ---- staying and getting past the guards ---- */
rule launch_agent
{
    strings:
        $place1 = "Library/LaunchAgents"
        $place2 = "Library/LaunchDaemons"
        $run1 = "RunAtLoad"
        $run2 = "launchctl load"
        $run3 = "launchctl bootstrap"
        $run4 = "ProgramArguments"
    condition:
        any of ($place*) and any of ($run*)
}

rule removes_quarantine
{
    strings:
        $a1 = /xattr (-[a-z]{1,3} ){1,2}["'\\]{0,2}com\.apple\.quarantine/
        $a2 = /xattr -(c|cr|rc) /
    condition:
        any of them
}

rule weakens_guards
{
    strings:
        $a1 = "spctl --master-disable"
        $a2 = "spctl --global-disable"
        $a3 = "csrutil disable"
        $a4 = "com.apple.TCC/TCC.db"
        $a5 = /tccutil reset/
        $a6 = "pkill -9 XProtect"
        $a7 = "com.apple.XProtect"
        $a8 = /launchctl (unload|remove|bootout) [^\x00\n]{0,60}(xprotect|MRT|crowdstrike|jamf|santa)/ nocase
    condition:
        any of ($a1, $a2, $a3, $a6, $a8) or 2 of them
}

rule hidden_place
{
    strings:
        $a1 = /\/(private\/)?(var\/)?tmp\/\.[a-z0-9_]{2,32}/
        $a2 = /\/Users\/Shared\/\.[A-Za-z0-9_]{2,32}/
    condition:
        any of them
}

rule closes_terminal
{
    strings:
        $a1 = "killall Terminal"
        $a2 = "pkill Terminal"
        $a3 = "tell application \"Terminal\" to set visible"
        $a4 = /set visible of (front window|every window) to false/
    condition:
        any of them
}

rule as_administrator
{
    strings:
        $a = "with administrator privileges"
    condition:
        $a
}

rule runs_applescript
{
    strings:
        $a1 = "osascript"
        $a2 = "NSAppleScript"
        $a3 = "do shell script"
    condition:
        any of them
}

rule quiet_disk_image
{
    strings:
        $a = /hdiutil (attach|mount) [^\x00\n]{0,80}-nobrowse/
    condition:
        $a
}

rule looks_for_lab
{
    strings:
        $p1 = "SPHardwareDataType"
        $p2 = "hw.model"
        $p3 = "SPDisplaysDataType"
        $p4 = "machdep.cpu.brand_string"
        $v1 = "VMware"
        $v2 = "QEMU"
        $v3 = "VirtualBox"
        $v4 = "Parallels"
    condition:
        any of ($p*) and 2 of ($v*)
}

rule takes_screenshots
{
    strings:
        $a = /screencapture -[a-zA-Z]*x/
    condition:
        $a
}

rule upx_mark
{
    strings:
        $a1 = "UPX!"
        $a2 = "__XHDR"
    condition:
        all of them
}
