/* What a name tells together with the content. */
rule program_posing_as_document
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1036/007/"
        attack = "T1036.007,T1204.002"
        weight = 0.92
        ja = "文書や画像に見せかけた名前（例：請求書.pdf.exe）のプログラムです。"
        en = "It is a program whose name poses as a document or a picture (such as invoice.pdf.exe)."
    condition:
        file_kind == "pe" and
        file_name matches /\.(pdf|docx?|xlsx?|pptx?|txt|rtf|csv|jpe?g|png|gif|html?|mp[34])[ _.]*\.(exe|scr|com|pif|bat|cmd)$/
}

rule script_posing_as_document
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1036/007/"
        attack = "T1036.007,T1204.002"
        weight = 0.6
        ja = "文書や画像に見せかけた名前のスクリプトまたはショートカットが、圧縮ファイルの中に入っています。"
        en = "An archive holds a script or shortcut whose name poses as a document or a picture."
    condition:
        is_member and
        file_name matches /\.(pdf|docx?|xlsx?|pptx?|jpe?g|png)[ _.]*\.(jse?|vbs|vbe|wsf|hta|lnk|ps1)$/
}

rule name_turned_around
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://attack.mitre.org/techniques/T1036/002/"
        attack = "T1036.002"
        weight = 0.92
        ja = "文字の向きを変える見えない記号で、拡張子を偽った名前のプログラムです。"
        en = "It is a program whose name hides its true ending with an invisible sign that turns the text around."
    condition:
        file_kind == "pe" and file_name contains "\\u202e"
}
