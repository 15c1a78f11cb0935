/* Notes and shortcuts. */
rule ransom_note
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1486/"
        attack = "T1486,T1657"
        weight = 0.75
        ja = "「ファイルを暗号化した、元に戻したければ連絡しろ」という脅迫文（ランサムノート）と見られます。"
        en = "It looks like a ransom note: files were encrypted, and money is asked for getting them back."
    strings:
        $onion = /\b[a-z2-7]{56}\.onion\b/ nocase
        $onion2 = /\b[a-z2-7]{16}\.onion\b/ nocase
        $done1 = /\b(your|all)\b[^\n]{0,60}\b(files|documents|data|network|systems)\b[^\n]{0,80}\b(are|were|was|have been|has been|is)\s+(now\s+)?(encrypted|locked|stolen)/ nocase
        $done2 = "暗号化されました"
        $done3 = "暗号化しました"
        $back1 = /\b(decrypt(or|ion|ing)?|recover|restore)\b[^\n]{0,60}\b(tool|key|software|files|data|them)\b/ nocase
        $back2 = "復号"
        $threat1 = /\b(bitcoin|btc|monero|xmr|ransom|payment)\b/ nocase
        $threat2 = /\b(tor browser|will be (published|leaked|sold|doubled)|do not (rename|modify|contact|call|shut))/ nocase
        $threat3 = "身代金"
        $threat4 = "ビットコイン"
    condition:
        filesize < 64KB and file_kind != "pe" and file_kind != "elf" and file_kind != "pdf" and
        any of ($onion*) and any of ($done*) and any of ($back*) and any of ($threat*)
}

rule shortcut_to_encoded_powershell
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        attack = "T1204.002,T1059.001,T1027.010"
        weight = 0.92
        ja = "開くと、読めない形に変えた命令を PowerShell で実行するショートカットです。"
        en = "It is a shortcut that, when opened, makes PowerShell run a command in a form that nobody can read."
    strings:
        $shell = "powershell" nocase ascii wide
        $encoded = /[\-\/]e(c|nc|ncodedcommand)?\s{1,8}["']?[A-Za-z0-9+\/=]{40}/ nocase ascii wide
    condition:
        file_kind == "lnk" and filesize < 1MB and all of them
}

rule shortcut_that_downloads
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        attack = "T1204.002,T1105,T1218.005"
        weight = 0.92
        ja = "開くと、インターネットから取得したものを実行するショートカットです。"
        en = "It is a shortcut that, when opened, runs something from the internet."
    strings:
        $shell1 = /powershell|pwsh/ nocase ascii wide
        $shell2 = "mshta" nocase ascii wide
        $url = /https?:\/\// nocase ascii wide
        $fetch = /DownloadString|DownloadFile|Invoke-WebRequest|\biwr\b|\birm\b|curl/ nocase ascii wide
    condition:
        file_kind == "lnk" and filesize < 1MB and $url and ($shell2 or ($shell1 and $fetch))
}
