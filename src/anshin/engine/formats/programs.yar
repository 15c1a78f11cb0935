/*
   Strings of interest that the programs of every system may hold; each family that takes them names the signs its own way.
   Words that malware lists stand here in the clear: this file is data of a scanner, and no program reads it as code.
*/

rule miner
{
    strings:
        $pool1 = "stratum+tcp://" nocase
        $pool2 = "stratum+ssl://" nocase
        $pool3 = "stratum1+tcp://" nocase
        $pool4 = "daemon+http://" nocase
        $pool5 = "pool.supportxmr.com"
        $pool6 = "xmr.nanopool.org"
        $pool7 = "moneroocean.stream"
        $pool8 = "pool.minexmr.com"
        $pool9 = "pool.hashvault.pro"
        $pool10 = "xmr.2miners.com"
        $pool11 = "c3pool.com"
        $word1 = "mining.subscribe"
        $word2 = "mining.authorize"
        $word3 = "donate-level"
        $word4 = "cryptonight"
        $word5 = "randomx" nocase
        $word6 = "nicehash"
        $word7 = "rig-id"
        $word8 = "accepted share" nocase
        $word9 = "xmrig" nocase
        $word10 = "cpu-max-threads-hint"
        $word11 = "mining.notify"
    condition:
        any of ($pool*) and 2 of ($word*)
}

rule wallet
{
    strings:
        $monero = /[^0-9A-Za-z][48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}[^0-9A-Za-z]/
    condition:
        $monero
}

rule shell_over_network
{
    strings:
        $a = /(ba)?sh -i {0,2}[0-9]?[>&]{1,2} {0,2}\/dev\/tcp\/[%0-9$\{]/
        $b = /exec [0-9]{1,3}<> ?\/dev\/tcp\/[%0-9$\{]/
        $c = /n(c|cat) (-[a-z]{1,4} ){0,2}-e ?\/bin\/(ba)?sh [%0-9$\{]/
        $d = /mkfifo \/tmp\/[a-z]{1,8}; ?(nc|cat) /
        $e = /socket\.socket\([^\x00\n]{0,200}os\.dup2\(/
    condition:
        any of them
}

rule attack_framework
{
    strings:
        $a1 = "github.com/bishopfox/sliver/implant"
        $a2 = "github.com/bishopfox/sliver/protobuf/sliverpb"
        $a3 = "github.com/Ne0nd0g/merlin-agent"
        $a4 = "github.com/Ne0nd0g/merlin/pkg/agent"
        $a5 = "mettlesploit"
        $a6 = "stdapi_net_tcp_client"
        $a7 = "github.com/HavocFramework"
        $a8 = "MythicAgents/poseidon"
        $a9 = "github.com/darkr4y/geacon"
        $a11 = "reverse_ssh/internal/client"
        $a13 = "stdapi_sys_process_execute"
    condition:
        any of ($a1, $a2, $a3, $a4, $a5, $a7, $a8, $a9, $a11) or ($a6 and $a13)
}

rule downloads_and_runs
{
    strings:
        $a = /(wget|curl|tftp|ftpget)[^\x00\n|]{1,200}(; ?|&& ?|\|\| ?)(busybox )?chmod (\+x|[0-7]?7[0-7]{2})[^\x00\n]{1,100}(; ?|&& ?)/
        $b = /cd \/tmp ?(\|\||;|&&)[^\x00\n]{1,100}(wget|curl|tftp)[^\x00\n]{1,200}/
    condition:
        any of them
}

rule pipes_download_to_shell
{
    strings:
        $a = /(curl|wget) [^\x00\n|]{1,200}\| ?(sudo )?(ba|z|da)?sh\b/
    condition:
        $a
}

rule ransom_note
{
    strings:
        $done1 = /(your|all)( [a-z ,]{0,40})?(files|documents|data|network|systems|servers)[^\x00\n]{0,60} (are|were|was|have been|has been|is) (now )?(encrypted|locked|stolen)/ nocase
        $done2 = "files have been encrypted" nocase
        $done3 = "HAS BEEN ENCRYPTED" nocase
        $pay1 = ".onion"
        $pay2 = "bitcoin" nocase
        $pay3 = "monero" nocase
        $pay4 = "ransom" nocase
        $pay5 = "tor browser" nocase
        $pay6 = "torproject.org"
        $pay7 = "@proton"
        $pay8 = "@tutanota"
        $back1 = "decryptor" nocase
        $back2 = "decrypt your" nocase
        $back3 = "recover your" nocase
        $back4 = "restore your" nocase
        $back5 = "decryption key" nocase
    condition:
        any of ($done*) and any of ($pay*) and any of ($back*)
}

rule sends_secrets
{
    strings:
        $a1 = "api.telegram.org/bot"
        $a2 = "discord.com/api/webhooks/"
        $a3 = "discordapp.com/api/webhooks/"
        $a4 = "transfer.sh"
        $a5 = "temp.sh"
        $a6 = "file.io"
        $a7 = "pastebin.com/raw"
        $a8 = "ngrok.io"
        $a9 = "webhook.site"
        $a10 = "oast."
    condition:
        any of ($a1, $a2, $a3, $a9) or 2 of them
}

rule addresses
{
    strings:
        $a = /https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}[:\/]/
    condition:
        $a
}

rule links
{
    strings:
        $a = /https?:\/\/[a-z0-9%]/
    condition:
        $a
}

rule go
{
    strings:
        $a1 = "Go build ID: \""
        $a2 = "\xff Go buildinf:"
        $a3 = "runtime.gopanic"
        $a4 = "go.buildid"
    condition:
        any of them
}

rule rust
{
    strings:
        $a1 = "/rustc/"
        $a2 = "rust_begin_unwind"
        $a3 = "rust_panic"
        $a4 = "/.cargo/registry/"
    condition:
        any of them
}

rule shells
{
    strings:
        $a1 = "/bin/sh\x00"
        $a2 = "/bin/bash\x00"
        $a3 = "/bin/sh\n"
    condition:
        any of them
}
