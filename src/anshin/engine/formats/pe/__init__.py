"""Windows programs (PE, native and .NET): headers, tables, resources, signature, what is appended, and what they say.

Here lives what one such file is made of and the signs that follow. Not here: the vectors (features) nor the weights
(rules/indicators/pe.yaml). LIEF and pefile are not used: both stop or hang on forged tables, and load in 300 ms.
"""
