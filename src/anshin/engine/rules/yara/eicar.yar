/*
   The harmless test file that every antivirus must find. By its definition the file begins with the 68 bytes, may be
   followed by white space only, and is at most 128 bytes long: a text that merely quotes it is not the test file.
*/
rule eicar
{
    meta:
        author = "Anshin"
        date = "2026-11-24"
        reference = "https://www.eicar.org/download-anti-malware-testfile/"
        attack = ""
        weight = 1.0
        ja = "ウイルス対策ソフトの動作確認に使う、無害なテストファイル（EICAR）です。"
        en = "This is the harmless test file (EICAR) that checks whether an antivirus works."
    strings:
        // suppress: text_as_hex
        // written as numbers, so that no scanner takes this file for the test file
        $test = {
            58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37 7D 24
            45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 56 49 52 55 53 2D 54 45 53 54 2D 46 49 4C 45 21
            24 48 2B 48 2A
        }
    condition:
        filesize >= 68 and filesize <= 128 and $test at 0 and
        for all i in (68..127) : (
            i >= filesize or uint8(i) == 0x20 or uint8(i) == 0x09 or uint8(i) == 0x0A or uint8(i) == 0x0D or uint8(i) == 0x1A
        )
}
