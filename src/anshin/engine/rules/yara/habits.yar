/* Habits that honest files have too. Alone they only raise the score; the file stays clean. */
rule habit_encoded_powershell
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        attack = "T1059.001,T1027.010"
        weight = 0.3
        ja = "PowerShell に、読めない形に変えた命令を渡しています（正規の管理作業でも使われます）。"
        en = "It hands PowerShell an encoded command (honest administration does so, too)."
    strings:
        $line = /(powershell|pwsh)(\.exe)?[^\n]{0,200}[\-\/]e(c|nc|ncodedcommand)?\s+["']?[A-Za-z0-9+\/=]{80}/ nocase ascii wide
    condition:
        filesize < 2MB and $line
}

rule habit_program_with_document_ending
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1036/008/"
        attack = "T1036.008"
        weight = 0.35
        ja = "名前の末尾は文書や画像ですが、中身はプログラムです。"
        en = "Its name ends like a document or a picture, but it is a program."
    condition:
        file_kind == "pe" and file_name matches /\.(pdf|docx?|xlsx?|pptx?|txt|rtf|jpe?g|png|gif)$/
}
