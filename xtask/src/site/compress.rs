//! Compresses once what is sent often: beside each file its `.br` and its `.gz`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use brotli::CompressorWriter;
use flate2::{Compression, write::GzEncoder};

use crate::stamp::files_below;

/// Kinds of files that get smaller; pictures and fonts are compressed already.
const EXTENSIONS: [&str; 4] = ["js", "wasm", "css", "svg"];
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW: u32 = 22;

pub fn below(folder: &Path) -> Result<()> {
    for file in files_below(folder)? {
        if file.extension().is_some_and(|found| EXTENSIONS.iter().any(|extension| found == *extension)) {
            let content = fs::read(&file)?;
            fs::write(with_suffix(&file, "br"), brotli(&content)?)?;
            fs::write(with_suffix(&file, "gz"), gzip(&content)?)?;
        }
    }
    Ok(())
}

pub fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = CompressorWriter::new(Vec::new(), 4096, BROTLI_QUALITY, BROTLI_WINDOW);
    writer.write_all(content)?;
    Ok(writer.into_inner())
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    const TEXT: &[u8] = b"the same words, the same words, the same words, the same words";

    #[test]
    fn both_forms_give_the_content_back_and_are_smaller() {
        let mut plain = Vec::new();
        let packed = brotli(TEXT).unwrap();
        assert!(packed.len() < TEXT.len());
        brotli::Decompressor::new(&packed[..], 4096).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, TEXT);

        let packed = gzip(TEXT).unwrap();
        assert!(packed.len() < TEXT.len());
        plain.clear();
        flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, TEXT);
    }

    #[test]
    fn pictures_are_left_alone() {
        let folder = std::env::temp_dir().join(format!("xtask-{}-compress", std::process::id()));
        fs::create_dir_all(folder.join("pkg")).unwrap();
        fs::write(folder.join("pkg/a.css"), TEXT).unwrap();
        fs::write(folder.join("picture.png"), TEXT).unwrap();
        below(&folder).unwrap();
        let found: Vec<_> = files_below(&folder).unwrap();
        let names: Vec<_> =
            found.iter().map(|file| file.strip_prefix(&folder).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["picture.png", "pkg/a.css", "pkg/a.css.br", "pkg/a.css.gz"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
