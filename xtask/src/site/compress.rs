//! Compresses once what is sent often: beside each file its `.br` and its `.gz`. Node does it, because what is
//! compiled into this program is not optimised and would take ten times as long.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/site/compress.mjs");

pub fn below(folder: &Path) -> Result<()> {
    process::read(Command::new("node").arg(SCRIPT).arg(folder)).map(drop)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::stamp::files_below;

    const TEXT: &str = "the same words, the same words, the same words, the same words";

    fn unpack(file: &Path, with: &str) -> String {
        let script = format!("zlib.{with}(fs.readFileSync(process.argv[1])).toString()");
        process::read(Command::new("node").args(["--print", &script]).arg(file)).unwrap()
    }

    #[test]
    fn both_forms_give_the_content_back_and_pictures_are_left_alone() {
        let folder = std::env::temp_dir().join(format!("xtask-{}-compress", std::process::id()));
        fs::create_dir_all(folder.join("pkg")).unwrap();
        fs::write(folder.join("pkg/a.css"), TEXT).unwrap();
        fs::write(folder.join("picture.png"), TEXT).unwrap();
        below(&folder).unwrap();

        let found = files_below(&folder).unwrap();
        let names: Vec<_> =
            found.iter().map(|file| file.strip_prefix(&folder).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["picture.png", "pkg/a.css", "pkg/a.css.br", "pkg/a.css.gz"]);
        for (name, with) in [("pkg/a.css.br", "brotliDecompressSync"), ("pkg/a.css.gz", "gunzipSync")] {
            let file = folder.join(name);
            assert!(file.metadata().unwrap().len() < TEXT.len() as u64);
            assert_eq!(unpack(&file, with), TEXT);
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
