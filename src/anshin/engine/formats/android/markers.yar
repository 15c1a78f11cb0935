/*
   Names and strings in the byte code of Android apps. A rule's name is the sign `android.<name>` of the catalogue, or a
   word for the learned model where the catalogue has no such code. Strings in DEX end with a NUL.
*/

/* ---- what it calls ---- */
rule loads_code
{
    strings:
        $a1 = "Ldalvik/system/DexClassLoader;"
        $a2 = "Ldalvik/system/InMemoryDexClassLoader;"
        $a3 = "Ldalvik/system/PathClassLoader;"
        $a4 = "Ldalvik/system/DexFile;"
        $a5 = "dalvik.system.DexClassLoader"
        $a6 = "dalvik.system.InMemoryDexClassLoader"
    condition:
        any of ($a1, $a2, $a4, $a5, $a6) or $a3
}

rule decrypts
{
    strings:
        $a = "Ljavax/crypto/Cipher;"
        $b = "Ljavax/crypto/spec/SecretKeySpec;"
    condition:
        all of them
}

rule steers_screen
{
    strings:
        $a1 = "performGlobalAction\x00"
        $a2 = "dispatchGesture\x00"
        $a3 = "getRootInActiveWindow\x00"
        $a4 = "ACTION_ARGUMENT_SET_TEXT_CHARSEQUENCE"
        $a5 = "findAccessibilityNodeInfosByViewId\x00"
        $a6 = "performAction\x00"
    condition:
        3 of them
}

rule hides_icon
{
    strings:
        $a = "setComponentEnabledSetting\x00"
    condition:
        $a
}

rule swallows_sms
{
    strings:
        $a1 = "abortBroadcast\x00"
        $a2 = "Landroid/telephony/SmsMessage;"
    condition:
        all of them
}

rule sends_sms_itself
{
    strings:
        $a1 = "sendTextMessage\x00"
        $a2 = "sendMultipartTextMessage\x00"
    condition:
        any of them
}

rule locks_phone
{
    strings:
        $a1 = "lockNow\x00"
        $a2 = "resetPassword\x00"
        $a3 = "wipeData\x00"
    condition:
        2 of them
}

rule watches_screen
{
    strings:
        $a1 = "Landroid/media/projection/MediaProjection;"
        $a2 = "createVirtualDisplay\x00"
    condition:
        all of them
}

rule runs_commands
{
    strings:
        $a1 = "Ljava/lang/Runtime;"
        $a2 = "exec\x00"
        $su1 = "\x02su\x00"
        $su2 = "/system/xbin/su"
        $su3 = "/system/bin/su"
    condition:
        all of ($a*) and any of ($su*)
}

rule installs_apps
{
    strings:
        $a1 = "application/vnd.android.package-archive"
        $a2 = "Landroid/content/pm/PackageInstaller$Session;"
    condition:
        any of them
}

rule looks_for_lab
{
    strings:
        $a1 = "goldfish"
        $a2 = "ro.kernel.qemu"
        $a3 = "Genymotion"
        $a4 = "generic_x86"
        $a5 = "google_sdk"
        $a6 = "vbox86"
        $a7 = "/dev/qemu_pipe"
        $a8 = "BlueStacks"
        $a9 = "Andy\x00"
        $a10 = "nox\x00"
    condition:
        4 of them
}

/* ---- whom it aims at ---- */
rule names_of_banks
{
    strings:
        $b1 = "com.chase.sig.android"
        $b2 = "com.infonow.bofa"
        $b3 = "com.wf.wellsfargomobile"
        $b4 = "com.usaa.mobile.android.usaa"
        $b5 = "com.paypal.android.p2pmobile"
        $b6 = "com.binance.dev"
        $b7 = "com.coinbase.android"
        $b8 = "de.commerzbanking.mobil"
        $b9 = "com.garanti.cepsubesi"
        $b10 = "com.akbank.android.apps.akbank_direkt"
        $b11 = "com.ziraat.ziraatmobil"
        $b12 = "es.bancosantander.apps"
        $b13 = "com.bbva.bbvacontigo"
        $b14 = "it.ingdirect.app"
        $b15 = "piuk.blockchain.android"
        $b16 = "pl.mbank"
        $b17 = "pl.pkobp.iko"
        $b18 = "com.konylabs.capitalone"
        $b19 = "jp.co.rakuten_bank.rakutenbank"
        $b20 = "jp.co.smbc.direct"
        $b21 = "jp.mufg.bk.applisp.app"
        $b22 = "jp.co.japannetbank.smtapp.balance"
        $b23 = "com.ykb.android"
        $b24 = "com.finansbank.mobile.cepsube"
        $b25 = "com.cajasur.android"
        $b26 = "com.kutxabank.android"
        $b27 = "com.commbank.netbank"
        $b28 = "org.westpac.bank"
        $b29 = "au.com.nab.mobile"
        $b30 = "com.barclays.android.barclaysmobilebanking"
    condition:
        5 of them
}

rule telegram_bot
{
    strings:
        $a = /api\.telegram\.org\/bot[0-9]{0,12}/
    condition:
        $a
}

rule bot_commands
{
    strings:
        $a1 = "startVNC" nocase
        $a2 = "stopVNC" nocase
        $a3 = "get_accounts" nocase
        $a4 = "grabbing_lockpattern" nocase
        $a5 = "run_app" nocase
        $a6 = "kill_me" nocase
        $a7 = "send_sms_all" nocase
        $a8 = "forwardSMS" nocase
        $a9 = "updateInjectAndListApps" nocase
        $a10 = "startUssd" nocase
        $a11 = "openInject" nocase
        $a12 = "push_injection" nocase
        $a13 = "keylogger" nocase
        $a14 = "remove_bot" nocase
        $a15 = "startAdmin" nocase
        $a16 = "grabbing_google_authenticator2" nocase
        $a17 = "get_contacts" nocase
        $a18 = "upload_sms" nocase
    condition:
        4 of them
}

rule known_spy
{
    strings:
        $a1 = "Lcom/metasploit/stage/Payload;"
        $a2 = "Lahmyth/mine/king/ahmyth/"
        $a3 = "Lmy/app/client/ProcessCommand;"
        $a4 = "Lyps/eton/application/"
        $a5 = "Lcom/android/tester/C1"
        $a6 = "spymax.stub"
        $a7 = "Lcom/xlabz/"
    condition:
        any of ($a1, $a2, $a3, $a4, $a6)
        or all of ($a5, $a7)
}

rule lock_note
{
    strings:
        $a1 = /your (phone|device|files)[^\x00\n]{0,40} (is|are|was|were|has been|have been) (locked|blocked|encrypted)/ nocase
        $b1 = "bitcoin" nocase
        $b2 = "MoneyPak"
        $b3 = "PaySafeCard" nocase
        $b4 = "fine of" nocase
        $b5 = "ransom" nocase
        $b6 = "QIWI"
    condition:
        $a1 and any of ($b*)
}

rule miner
{
    strings:
        $a1 = "stratum+tcp://"
        $a2 = "coinhive" nocase
        $b1 = "cryptonight"
        $b2 = "xmrig"
        $b3 = "randomx"
        $b4 = "mining.subscribe"
        $b5 = "hashrate" nocase
    condition:
        any of ($a*) and any of ($b*)
}

rule pretends_update
{
    strings:
        $a1 = "Google Play" 
        $a2 = "Enable accessibility" nocase
        $a3 = "Accessibility Service" nocase
        $a4 = "Download and install" nocase
        $a5 = "Chrome Update" nocase
        $a6 = "Flash Player" nocase
    condition:
        3 of them
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

rule uses_reflection
{
    strings:
        $a1 = "Ljava/lang/reflect/Method;"
        $a2 = "getDeclaredMethod\x00"
        $a3 = "setAccessible\x00"
    condition:
        all of them
}
