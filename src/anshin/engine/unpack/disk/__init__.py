"""Virtual disks (VHD, VHDX) and raw images: blocks, partitions, and the files of FAT and NTFS on them.

Discs (ISO 9660, UDF) stand in `iso` and `udf`; exFAT and other file systems are not read and are told as a gap.
"""
